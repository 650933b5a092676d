import type { DoctorReference, NotAvailable } from '@wardstone/contracts'
import type { Tenant } from '@wardstone/tenancy'
import { type SqlBool, sql } from 'kysely'
import type { Database } from '../database/schema.ts'

const COLUMNS = [
  'id',
  'first_name',
  'last_name',
  'department_id',
  'is_active',
  'is_available',
  'slot_minutes',
  'available_times',
  'version',
] as const

/** The doctors of one hospital, as other services know them. */
export class DoctorReferenceRepository {
  readonly #tenant: Tenant<Database>

  constructor(tenant: Tenant<Database>) {
    this.#tenant = tenant
  }

  /** Those of `ids` that are of the hospital, with the days they are away, from yesterday on. */
  list(ids: readonly string[]): Promise<DoctorReference[]> {
    const { db, hospitalId } = this.#tenant
    return db
      .selectFrom('doctor')
      .where('doctor.hospital_id', '=', hospitalId)
      .where(sql<SqlBool>`id = any(${ids}::uuid[])`)
      .select(COLUMNS)
      .select(({ selectFrom }) =>
        selectFrom('doctor_absence')
          .where('doctor_absence.hospital_id', '=', hospitalId)
          .whereRef('doctor_absence.doctor_id', '=', 'doctor.id')
          .where('ends_on', '>=', sql<string>`current_date - 1`)
          .select(
            sql<
              NotAvailable[]
            >`coalesce(jsonb_agg(jsonb_build_object('starts_on', starts_on, 'ends_on', ends_on)
              order by starts_on, ends_on), '[]')`.as('days'),
          )
          .$asScalar()
          .$notNull()
          .as('not_available'),
      )
      .orderBy('id')
      .execute()
  }
}
