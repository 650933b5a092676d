import { type Kysely, sql } from 'kysely'
import type { Database } from '../database/schema.ts'
import type { Statement } from './note.ts'

/** A chain that has grown since its last checkpoint. */
export type MovedHead = Pick<Statement, 'hospitalId' | 'seq' | 'hash'>

// "witness!" as a number: whoever holds it adds to the file of checkpoints.
const SIGNING = '8604536580565332769'

/** Sees every hospital's chain grow, and keeps its checkpoints. */
export class SystemCheckpointRepository {
  readonly #db: Kysely<Database>

  constructor(db: Kysely<Database>) {
    this.#db = db
  }

  /** Does `work` while no other process of this service does: one that takes over signs beside the one that ends. */
  exclusively<T>(work: (repository: SystemCheckpointRepository) => Promise<T>): Promise<T> {
    return this.#db.transaction().execute(async (trx) => {
      await sql`select pg_advisory_xact_lock(${SIGNING}::bigint)`.execute(trx)
      return work(new SystemCheckpointRepository(trx))
    })
  }

  async moved(): Promise<MovedHead[]> {
    const rows = await this.#db
      .selectFrom('chain_head')
      .select(['hospital_id', 'seq', 'hash'])
      .where(({ not, exists, selectFrom }) =>
        not(
          exists(
            selectFrom('checkpoint')
              .whereRef('checkpoint.hospital_id', '=', 'chain_head.hospital_id')
              .whereRef('checkpoint.seq', '>=', 'chain_head.seq')
              .select(sql.lit(1).as('one')),
          ),
        ),
      )
      .where('seq', '>', '0')
      .execute()
    return rows.map(({ hospital_id, seq, hash }) => ({
      hospitalId: hospital_id,
      seq: Number(seq),
      hash,
    }))
  }

  /** The hash of an entry, undefined when there is none. */
  async hashAt(hospitalId: string, seq: number): Promise<Buffer | undefined> {
    const row = await this.#db
      .selectFrom('event')
      .where('hospital_id', '=', hospitalId)
      .where('seq', '=', String(seq))
      .select('hash')
      .executeTakeFirst()
    return row?.hash
  }

  /** Where a hospital's newest checkpoint is; 0 when there is none. */
  async newestSeq(hospitalId: string): Promise<number> {
    const row = await this.#db
      .selectFrom('checkpoint')
      .where('hospital_id', '=', hospitalId)
      .select('seq')
      .orderBy('seq', 'desc')
      .limit(1)
      .executeTakeFirst()
    return Number(row?.seq ?? 0)
  }

  async add(hospitalId: string, seq: number, note: string): Promise<void> {
    await this.#db
      .insertInto('checkpoint')
      .values({ hospital_id: hospitalId, seq, note })
      .onConflict((conflict) => conflict.doNothing())
      .execute()
  }
}
