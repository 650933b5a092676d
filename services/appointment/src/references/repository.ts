import type { DoctorReference, HospitalReference, PatientReference } from '@wardstone/contracts'
import type { Tenant } from '@wardstone/tenancy'
import type { Database } from '../database/schema.ts'
import { keepDoctors, keepHospital, keepPatients } from './copies.ts'

/** What is known of the patients, the doctors and the calendar of one hospital, which are others' records. */
export class KnownRepository {
  readonly #tenant: Tenant<Database>

  constructor(tenant: Tenant<Database>) {
    this.#tenant = tenant
  }

  findPatient(id: string): Promise<PatientReference | undefined> {
    return this.#tenant.db
      .selectFrom('known_patient')
      .where('hospital_id', '=', this.#tenant.hospitalId)
      .where('id', '=', id)
      .select(['id', 'mrn', 'first_name', 'last_name', 'is_active', 'is_restricted', 'version'])
      .executeTakeFirst()
  }

  findDoctor(id: string): Promise<DoctorReference | undefined> {
    return this.#tenant.db
      .selectFrom('known_doctor')
      .where('hospital_id', '=', this.#tenant.hospitalId)
      .where('id', '=', id)
      .select([
        'id',
        'first_name',
        'last_name',
        'department_id',
        'is_active',
        'is_available',
        'slot_minutes',
        'available_times',
        'not_available',
        'version',
      ])
      .executeTakeFirst()
  }

  async findHospital(): Promise<HospitalReference | undefined> {
    const id = this.#tenant.hospitalId
    const row = await this.#tenant.db
      .selectFrom('known_hospital')
      .where('hospital_id', '=', id)
      .select(['time_zone', 'holidays', 'department_ids', 'version'])
      .executeTakeFirst()
    return row && { id, ...row }
  }

  async keepPatient(patient: PatientReference): Promise<void> {
    await keepPatients(this.#tenant.db, this.#tenant.hospitalId, [patient])
  }

  async keepDoctor(doctor: DoctorReference): Promise<void> {
    await keepDoctors(this.#tenant.db, this.#tenant.hospitalId, [doctor])
  }

  async keepHospital(hospital: HospitalReference): Promise<void> {
    await keepHospital(this.#tenant.db, { ...hospital, id: this.#tenant.hospitalId })
  }
}
