import type { Tenant } from '@wardstone/tenancy'
import { sql } from 'kysely'
import { wholeAppointments } from '../appointments/columns.ts'
import type { Appointment } from '../appointments/schemas.ts'
import type { Database } from '../database/schema.ts'

/** The series of appointments of one hospital. */
export class SeriesRepository {
  readonly #tenant: Tenant<Database>

  constructor(tenant: Tenant<Database>) {
    this.#tenant = tenant
  }

  /** Those of a series that are to come, from `from` on, in order; nobody else changes them until the transaction ends. */
  lockOpen(series_id: string, from: string | undefined): Promise<Appointment[]> {
    const { db, hospitalId } = this.#tenant
    let open = db
      .selectFrom('appointment')
      .where('appointment.hospital_id', '=', hospitalId)
      .where('appointment.series_id', '=', series_id)
      .where('appointment.status', 'in', ['scheduled', 'confirmed'])
      .where('appointment.starts_at', '>', sql<string>`now()`)
    if (from !== undefined) open = open.where('appointment.starts_at', '>=', from)
    return wholeAppointments(open, this.#tenant)
      .orderBy('appointment.starts_at')
      .orderBy('appointment.id')
      .forUpdate('appointment')
      .execute()
  }
}
