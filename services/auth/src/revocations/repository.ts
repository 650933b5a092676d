import { PLATFORM_HOSPITAL_ID, type Revocation } from '@wardstone/contracts'
import { type Kysely, type Selectable, sql } from 'kysely'
import type { Database } from '../database/schema.ts'

/** The revocations of every hospital, for the gateways. */
export class SystemRevocationRepository {
  readonly #db: Kysely<Database>

  constructor(db: Kysely<Database>) {
    this.#db = db
  }

  /** Those that still matter. */
  async list(): Promise<Revocation[]> {
    const rows = await this.#db
      .selectFrom('revocation')
      .where('expires_at', '>', sql<string>`now()`)
      .select(['hospital_id', 'kind', 'id', 'revoked_at', 'expires_at', 'version'])
      .orderBy('expires_at')
      .execute()
    return rows.map(toRevocation)
  }

  async removeExpired(): Promise<void> {
    await this.#db.deleteFrom('revocation').where('expires_at', '<', sql<string>`now()`).execute()
  }
}

function toRevocation({
  hospital_id,
  kind,
  id,
  revoked_at,
  expires_at,
  version,
}: Selectable<Database['revocation']>): Revocation {
  if (kind !== 'membership') return { kind, id, revoked_at, expires_at }
  const hospitalId = hospital_id === PLATFORM_HOSPITAL_ID ? null : hospital_id
  return { kind, id, hospital_id: hospitalId, version: version as number, expires_at }
}
