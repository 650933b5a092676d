import { problem } from '@wardstone/service'
import { type Generated, type Kysely, sql } from 'kysely'

/** What was answered to a request with an `Idempotency-Key`, sealed together with the request's fingerprint. */
export interface IdempotentAnswerTable {
  hospital_id: string
  user_id: string
  route: string
  key: string
  answer: Buffer
  created_at: Generated<string>
}

interface Database {
  idempotent_answer: IdempotentAnswerTable
}

/** Whose key it is, for what. */
export type Scope = readonly [hospital: string, user: string, route: string, key: string]

const FRESH = sql<boolean>`created_at > now() - interval '24 hours'`

/** The kept answer of one key. */
export class AnswerRepository {
  readonly #db: Kysely<Database>
  readonly #scope: Scope

  constructor(db: Kysely<Database>, scope: Scope) {
    this.#db = db
    this.#scope = scope
  }

  /**
   * The answer, if there is one; else the key is ours until the transaction ends.
   * @throws problem 409 while somebody else has it
   */
  async claim(): Promise<Buffer | undefined> {
    const { rows } = await sql<{ claimed: boolean }>`
      select pg_try_advisory_xact_lock(hashtextextended(${JSON.stringify(this.#scope)}, 0)) as claimed`.execute(
      this.#db,
    )
    if (!rows[0]?.claimed) {
      const detail = 'The first request with this Idempotency-Key is still under way; try again'
      throw problem(409, 'idempotency_in_progress', detail, {}, { 'retry-after': '1' })
    }
    // A statement of its own: it sees what was committed before the lock was had.
    return this.find()
  }

  /** The answer, if there is one. */
  async find(): Promise<Buffer | undefined> {
    const [hospital_id, user_id, route, key] = this.#scope
    const row = await this.#db
      .selectFrom('idempotent_answer')
      .where('hospital_id', '=', hospital_id)
      .where('user_id', '=', user_id)
      .where('route', '=', route)
      .where('key', '=', key)
      .where(FRESH)
      .select('answer')
      .executeTakeFirst()
    return row?.answer
  }

  async keep(answer: Buffer): Promise<void> {
    const [hospital_id, user_id, route, key] = this.#scope
    await this.#db
      .insertInto('idempotent_answer')
      .values({ hospital_id, user_id, route, key, answer })
      .onConflict((conflict) =>
        conflict
          .columns(['hospital_id', 'user_id', 'route', 'key'])
          .doUpdateSet({ answer, created_at: sql`now()` }),
      )
      .execute()
  }
}

/** Removes kept answers of every hospital. */
export class SystemIdempotencyRepository {
  readonly #db: Kysely<Database>

  /** @param system of a service with the table */
  constructor(system: { readonly db: unknown }) {
    this.#db = system.db as Kysely<Database>
  }

  /** Those that are no longer shown. */
  async removeOld(): Promise<void> {
    await this.#db
      .deleteFrom('idempotent_answer')
      .where(({ not }) => not(FRESH))
      .execute()
  }
}
