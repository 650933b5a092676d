import type { Tenant } from '@wardstone/tenancy'
import { type Kysely, type Selectable, sql } from 'kysely'
import type { ChainEntry, ChainHead } from '../chain/entry.ts'
import type { Database, EventTable } from '../database/schema.ts'
import type { EventFilter, RecordedEvent } from './schemas.ts'

const CHAIN_PAGE = 500
const LAST = Number.MAX_SAFE_INTEGER

/** The audit events of one hospital. */
export class EventRepository {
  readonly #db: Kysely<Database>
  readonly #hospitalId: string

  constructor(tenant: Tenant<Database>) {
    this.#db = tenant.db
    this.#hospitalId = tenant.hospitalId
  }

  /** The newest events before `before`; one more than the limit, when there is a next page. */
  async list(filter: EventFilter, limit: number, before?: number): Promise<RecordedEvent[]> {
    let query = this.#matching(filter)
    if (before !== undefined) query = query.where('seq', '<', String(before))
    const rows = await query
      .select(['seq', 'payload_canon', 'prev_hash', 'hash'])
      .orderBy('seq', 'desc')
      .limit(limit + 1)
      .execute()
    return rows.map(({ seq, payload_canon, prev_hash, hash }) => ({
      ...JSON.parse(payload_canon),
      seq: Number(seq),
      prev_hash: prev_hash.toString('hex'),
      hash: hash.toString('hex'),
    }))
  }

  /**
   * What matches, from the first entry to `upTo`, a page at a time. A page begins where the one before
   * found that it would: two entries with one number, which a forger can make, are both seen.
   */
  async *chain(filter: EventFilter = {}, upTo = LAST): AsyncGenerator<ChainEntry[]> {
    for (let from: number | undefined = -LAST; from !== undefined; ) {
      const rows: Selectable<EventTable>[] = await this.#matching(filter)
        .where('seq', '>=', String(from))
        .where('seq', '<=', String(upTo))
        .selectAll()
        .orderBy('seq')
        .limit(CHAIN_PAGE + 1)
        .execute()
      const page = rows.slice(0, CHAIN_PAGE)
      if (page.length > 0) yield page.map((row) => ({ ...row, seq: Number(row.seq) }))
      const next = rows.at(CHAIN_PAGE)
      from = next && Math.max(from + 1, Number(next.seq))
    }
  }

  /** The patients that the entries from `from` to `to` are found by, of those that are found by any. */
  async patients(from: number, to: number): Promise<ReadonlyMap<number, string[]>> {
    const rows = await this.#db
      .selectFrom('event_patient')
      .where('hospital_id', '=', this.#hospitalId)
      .where('seq', '>=', String(from))
      .where('seq', '<=', String(to))
      .select(['seq', 'patient_id'])
      .execute()
    const patients = new Map<number, string[]>()
    for (const { seq, patient_id } of rows) {
      const ofEntry = patients.get(Number(seq))
      if (ofEntry) ofEntry.push(patient_id)
      else patients.set(Number(seq), [patient_id])
    }
    return patients
  }

  /** Where the chain ends. */
  async head(): Promise<ChainHead | undefined> {
    const row = await this.#db
      .selectFrom('chain_head')
      .where('hospital_id', '=', this.#hospitalId)
      .select(['seq', 'hash'])
      .executeTakeFirst()
    return row && { seq: Number(row.seq), hash: row.hash }
  }

  #matching(filter: EventFilter) {
    let query = this.#select()
    if (filter.actor_id) query = query.where('actor_id', '=', filter.actor_id)
    if (filter.break_glass_id) query = query.where('break_glass_id', '=', filter.break_glass_id)
    if (filter.action) query = query.where('action', '=', filter.action)
    if (filter.outcome) query = query.where('outcome', '=', filter.outcome)
    // Written out, so that a prepared statement too can use the index of what went wrong.
    if (filter.outcome && filter.outcome !== 'success') {
      query = query.where('outcome', '<>', sql.lit('success'))
    }
    if (filter.from) query = query.where('happened_at', '>=', filter.from)
    if (filter.to) query = query.where('happened_at', '<', filter.to)
    if (filter.patient_id) query = query.where('seq', 'in', this.#showing(filter.patient_id))
    return query
  }

  #select() {
    return this.#db.selectFrom('event').where('hospital_id', '=', this.#hospitalId)
  }

  #showing(patientId: string) {
    return this.#db
      .selectFrom('event_patient')
      .where('hospital_id', '=', this.#hospitalId)
      .where('patient_id', '=', patientId)
      .select('seq')
  }
}
