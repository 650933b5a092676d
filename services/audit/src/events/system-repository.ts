import { createHash } from 'node:crypto'
import { type AuditEvent, PLATFORM_HOSPITAL_ID } from '@wardstone/contracts'
import { type Kysely, sql, type Transaction } from 'kysely'
import { type ChainEntry, type ChainHead, nextEntry } from '../chain/entry.ts'
import { genesisHash } from '../chain/hash.ts'
import type { Database } from '../database/schema.ts'
import type { DeadLetter } from './messages.ts'

const hospitalOf = (event: AuditEvent) => event.hospital_id ?? PLATFORM_HOSPITAL_ID
/** An id is good in its own hospital only: another's event of that id is another event. */
const keyOf = (event: AuditEvent) => `${hospitalOf(event)} ${event.id}`

/** Appends to the chains of all hospitals. */
export class SystemEventRepository {
  readonly #db: Kysely<Database>

  constructor(db: Kysely<Database>) {
    this.#db = db
  }

  /**
   * Appends each event to its hospital's chain, unless it is there already, in one transaction.
   * Writers of one hospital wait for each other on its head, in one order, so that no chain forks and
   * nobody deadlocks. Returns the new entries.
   */
  append(events: readonly AuditEvent[]): Promise<readonly ChainEntry[]> {
    return this.#db.transaction().execute(async (trx) => {
      const heads = await this.#lockHeads(trx, [...new Set(events.map(hospitalOf))].sort())
      const known = await this.#known(trx, events)
      const entries: ChainEntry[] = []
      const patients: { entry: ChainEntry; ids: readonly string[] }[] = []
      const recordedAt = new Date().toISOString()
      for (const event of events) {
        const head = heads.get(hospitalOf(event))
        if (!head || known.has(keyOf(event))) continue
        known.add(keyOf(event))
        const entry = nextEntry(head, event, recordedAt)
        heads.set(entry.hospital_id, entry)
        entries.push(entry)
        if (event.patient_ids) patients.push({ entry, ids: [...new Set(event.patient_ids)] })
      }
      if (entries.length === 0) return entries
      await this.#insert(trx, entries)
      await this.#insertPatients(trx, patients)
      await this.#moveHeads(trx, new Map(entries.map((entry) => [entry.hospital_id, entry])))
      return entries
    })
  }

  /** Puts a message away that nobody can make sense of; the same one once. True when it is new. */
  async putAway({ subject, payload, reason }: DeadLetter): Promise<boolean> {
    const digest = createHash('sha256').update(subject).update('\n').update(payload).digest()
    const { numInsertedOrUpdatedRows } = await this.#db
      .insertInto('dead_letter')
      .values({
        hospital_id: PLATFORM_HOSPITAL_ID,
        digest,
        subject,
        payload: Buffer.from(payload),
        reason,
      })
      .onConflict((conflict) => conflict.doNothing())
      .executeTakeFirstOrThrow()
    return numInsertedOrUpdatedRows === 1n
  }

  async #lockHeads(trx: Transaction<Database>, hospitals: string[]) {
    const locked = await this.#selectHeads(trx, hospitals)
    const missing = hospitals.filter((id) => !locked.has(id))
    if (missing.length === 0) return locked
    // Both may make a new hospital's head; the second then finds the first one's.
    await sql`insert into chain_head (hospital_id, seq, hash)
      select hospital_id, 0, hash from unnest(${missing}::uuid[], ${missing.map(genesisHash)}::bytea[])
        as fresh (hospital_id, hash)
      on conflict do nothing`.execute(trx)
    const made = await this.#selectHeads(trx, missing)
    return new Map([...locked, ...made])
  }

  async #selectHeads(trx: Transaction<Database>, hospitals: string[]) {
    const rows = await trx
      .selectFrom('chain_head')
      .select(['hospital_id', 'seq', 'hash'])
      .where('hospital_id', '=', sql<string>`any(${hospitals}::uuid[])`)
      .orderBy('hospital_id')
      .forUpdate()
      .execute()
    return new Map<string, ChainHead>(
      rows.map(({ hospital_id, seq, hash }) => [hospital_id, { seq: Number(seq), hash }]),
    )
  }

  async #known(trx: Transaction<Database>, events: readonly AuditEvent[]): Promise<Set<string>> {
    const { rows } = await sql<{ hospital_id: string; event_id: string }>`
      select event.hospital_id, event.event_id
      from unnest(${events.map(hospitalOf)}::uuid[], ${events.map(({ id }) => id)}::uuid[])
        as given (hospital_id, event_id)
      join event using (hospital_id, event_id)`.execute(trx)
    return new Set(rows.map(({ hospital_id, event_id }) => `${hospital_id} ${event_id}`))
  }

  async #insert(trx: Transaction<Database>, entries: readonly ChainEntry[]): Promise<void> {
    const column = <T>(value: (entry: ChainEntry) => T) => sql`${entries.map(value)}`
    await sql`insert into event (hospital_id, seq, event_id, occurred_at, happened_at, action,
        outcome, actor_id, break_glass_id, payload_canon, prev_hash, hash)
      select * from unnest(
        ${column((entry) => entry.hospital_id)}::uuid[], ${column((entry) => entry.seq)}::bigint[],
        ${column((entry) => entry.event_id)}::uuid[], ${column((entry) => entry.occurred_at)}::text[],
        ${column((entry) => entry.happened_at)}::timestamptz[],
        ${column((entry) => entry.action)}::text[], ${column((entry) => entry.outcome)}::text[],
        ${column((entry) => entry.actor_id)}::uuid[],
        ${column((entry) => entry.break_glass_id)}::uuid[],
        ${column((entry) => entry.payload_canon)}::text[],
        ${column((entry) => entry.prev_hash)}::bytea[], ${column((entry) => entry.hash)}::bytea[]
      )`.execute(trx)
  }

  async #insertPatients(
    trx: Transaction<Database>,
    shown: readonly { entry: ChainEntry; ids: readonly string[] }[],
  ): Promise<void> {
    const rows = shown.flatMap(({ entry, ids }) => ids.map((id) => ({ entry, id })))
    if (rows.length === 0) return
    await sql`insert into event_patient (hospital_id, patient_id, seq)
      select * from unnest(${rows.map(({ entry }) => entry.hospital_id)}::uuid[],
        ${rows.map(({ id }) => id)}::uuid[], ${rows.map(({ entry }) => entry.seq)}::bigint[])`.execute(
      trx,
    )
  }

  async #moveHeads(trx: Transaction<Database>, heads: ReadonlyMap<string, ChainEntry>) {
    const entries = [...heads.values()]
    await sql`update chain_head set seq = moved.seq, hash = moved.hash
      from unnest(${entries.map(({ hospital_id }) => hospital_id)}::uuid[],
        ${entries.map(({ seq }) => seq)}::bigint[], ${entries.map(({ hash }) => hash)}::bytea[])
        as moved (hospital_id, seq, hash)
      where chain_head.hospital_id = moved.hospital_id`.execute(trx)
  }
}
