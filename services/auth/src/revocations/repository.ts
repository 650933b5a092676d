import type { Revocation } from '@wardstone/contracts'
import { type Kysely, sql } from 'kysely'
import type { Database } from '../database/schema.ts'

/** The revocations of every hospital, for the gateways. */
export class SystemRevocationRepository {
  readonly #db: Kysely<Database>

  constructor(db: Kysely<Database>) {
    this.#db = db
  }

  /** Those that still matter. */
  list(): Promise<Revocation[]> {
    return this.#db
      .selectFrom('revocation')
      .where('expires_at', '>', sql<string>`now()`)
      .select(['kind', 'id', 'revoked_at', 'expires_at'])
      .orderBy('expires_at')
      .execute()
  }

  async removeExpired(): Promise<void> {
    await this.#db.deleteFrom('revocation').where('expires_at', '<', sql<string>`now()`).execute()
  }
}
