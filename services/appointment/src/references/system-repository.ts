import type {
  DoctorReference,
  HospitalReference,
  PatientReference,
  RecordEvent,
} from '@wardstone/contracts'
import type { Kysely } from 'kysely'
import type { Database } from '../database/schema.ts'
import { keepDoctors, keepHospital, keepPatients } from './copies.ts'

/** What is known of every hospital's patients, doctors and calendars, kept up with the events that tell of them. */
export class SystemKnownRepository {
  readonly #db: Kysely<Database>

  constructor(db: Kysely<Database>) {
    this.#db = db
  }

  /** What an event says itself, if it is the newest that was heard; the version stays, for the rest of the news is not known yet. */
  async setActive(
    kind: 'patient' | 'doctor',
    hospital_id: string,
    { id, is_active, version }: RecordEvent,
  ): Promise<void> {
    await this.#db
      .updateTable(kind === 'patient' ? 'known_patient' : 'known_doctor')
      .where('hospital_id', '=', hospital_id)
      .where('id', '=', id)
      .where('version', '<', version)
      .where('active_version', '<', version)
      .set({ is_active, active_version: version })
      .execute()
  }

  keepPatients(hospital_id: string, patients: readonly PatientReference[]): Promise<void> {
    return keepPatients(this.#db, hospital_id, patients)
  }

  keepDoctors(hospital_id: string, doctors: readonly DoctorReference[]): Promise<void> {
    return keepDoctors(this.#db, hospital_id, doctors)
  }

  keepHospital(hospital: HospitalReference): Promise<void> {
    return keepHospital(this.#db, hospital)
  }
}
