import type { AuditEvent } from '@wardstone/contracts'
import type { Tenant } from '@wardstone/tenancy'
import { type Kysely, sql } from 'kysely'
import type { Database } from '../database/schema.ts'

/** Who saw the patients of one hospital. */
export class AccessLogRepository {
  readonly #db: Kysely<Database>
  readonly #hospitalId: string

  constructor(tenant: Tenant<Database>) {
    this.#db = tenant.db
    this.#hospitalId = tenant.hospitalId
  }

  /**
   * The newest events that show the patient, before `before`; one more than the limit, when there is a
   * next page. Not those of reading the audit: to ask who saw a record shows nothing of it.
   */
  async list(patientId: string, limit: number, before?: number) {
    let query = this.#db
      .selectFrom('event_patient')
      .innerJoin('event', (join) =>
        join
          .onRef('event.hospital_id', '=', 'event_patient.hospital_id')
          .onRef('event.seq', '=', 'event_patient.seq'),
      )
      .where('event_patient.hospital_id', '=', this.#hospitalId)
      .where('patient_id', '=', patientId)
      .where('action', '<>', sql.lit('audit.read'))
    if (before !== undefined) query = query.where('event_patient.seq', '<', String(before))
    const rows = await query
      .select(['event_patient.seq', 'payload_canon'])
      .orderBy('event_patient.seq', 'desc')
      .limit(limit + 1)
      .execute()
    return rows.map(({ seq, payload_canon }) => ({
      seq: Number(seq),
      event: JSON.parse(payload_canon) as AuditEvent,
    }))
  }
}
