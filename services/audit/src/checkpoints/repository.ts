import type { Tenant } from '@wardstone/tenancy'
import type { Kysely } from 'kysely'
import type { Database } from '../database/schema.ts'
import type { Checkpoint } from './note.ts'

const PAGE = 500

/** The checkpoints of one hospital's chain. */
export class CheckpointRepository {
  readonly #db: Kysely<Database>
  readonly #hospitalId: string

  constructor(tenant: Tenant<Database>) {
    this.#db = tenant.db
    this.#hospitalId = tenant.hospitalId
  }

  /** The newest before `before`; one more than the limit, when there is a next page. */
  async list(limit: number, before?: number): Promise<Checkpoint[]> {
    let query = this.#select().orderBy('seq', 'desc')
    if (before !== undefined) query = query.where('seq', '<', String(before))
    return (await query.limit(limit + 1).execute()).map(toCheckpoint)
  }

  /** Where the newest is; 0 when there is none. */
  async newestSeq(): Promise<number> {
    const [newest] = await this.#select().orderBy('seq', 'desc').limit(1).execute()
    return Number(newest?.seq ?? 0)
  }

  /** From the first to `upTo`, a page at a time. */
  async *all(upTo: number): AsyncGenerator<Checkpoint> {
    for (let after = 0; ; ) {
      const rows = await this.#select()
        .where('seq', '>', String(after))
        .where('seq', '<=', String(upTo))
        .orderBy('seq')
        .limit(PAGE)
        .execute()
      yield* rows.map(toCheckpoint)
      const last = rows.at(-1)
      if (!last || rows.length < PAGE) return
      after = Number(last.seq)
    }
  }

  #select() {
    return this.#db
      .selectFrom('checkpoint')
      .where('hospital_id', '=', this.#hospitalId)
      .select(['seq', 'note'])
  }
}

const toCheckpoint = ({ seq, note }: { seq: string; note: string }): Checkpoint => ({
  seq: Number(seq),
  note,
})
