import { type HospitalEvent, PLATFORM_HOSPITAL_ID } from '@wardstone/contracts'
import { type Kysely, sql, type Transaction } from 'kysely'
import type { Database } from '../database/schema.ts'
import { revocationPeriod } from '../sessions/ending.ts'

/** The hospitals as their service tells of them, and what becomes of the sessions of a suspended one. */
export class SystemHospitalRepository {
  readonly #db: Kysely<Database>
  readonly #accessTokenSeconds: number

  constructor(db: Kysely<Database>, accessTokenSeconds: number) {
    this.#db = db
    this.#accessTokenSeconds = accessTokenSeconds
  }

  /**
   * Takes in one event, as often as it comes. The greatest version decides what a hospital is; what
   * tells of a suspension ends the sessions of before it, also when it comes after newer news.
   */
  async apply(event: HospitalEvent): Promise<void> {
    await this.#db.transaction().execute(async (trx) => {
      const isNews = await this.#store(trx, event)
      if (!event.is_active) await this.#endSessions(trx, event, isNews)
    })
  }

  /** The row stays locked: a login that did not see the change has finished, later ones wait. */
  async #store(trx: Transaction<Database>, event: HospitalEvent): Promise<boolean> {
    const { id: hospital_id, slug, name, is_active, is_listed, version } = event
    const news = { slug, name, is_active, is_listed, version }
    const row = await trx
      .insertInto('hospital')
      .values({ hospital_id, ...news })
      .onConflict((conflict) =>
        conflict.column('hospital_id').doUpdateSet(news).where('hospital.version', '<', version),
      )
      .returning('hospital_id')
      .executeTakeFirst()
    return row !== undefined
  }

  async #endSessions(
    trx: Transaction<Database>,
    event: HospitalEvent,
    isNews: boolean,
  ): Promise<void> {
    const suspendedAt = isNews ? new Date() : new Date(event.occurred_at)
    const { revoked_at, expires_at } = revocationPeriod(this.#accessTokenSeconds, suspendedAt)
    let open = trx
      .updateTable('session')
      .where('hospital_id', '=', event.id)
      .where('ended_at', 'is', null)
    if (!isNews) open = open.where('created_at', '<=', revoked_at)
    await open.set({ ended_at: sql`now()`, end_reason: 'hospital_suspended' }).execute()
    await this.#mendGlasses(trx, event.id, isNews ? undefined : revoked_at)
    await trx
      .insertInto('revocation')
      .values({ hospital_id: event.id, kind: 'hospital', id: event.id, revoked_at, expires_at })
      .onConflict((conflict) =>
        conflict.columns(['hospital_id', 'kind', 'id']).doUpdateSet({
          revoked_at: sql`greatest(revocation.revoked_at, excluded.revoked_at)`,
          expires_at: sql`greatest(revocation.expires_at, excluded.expires_at)`,
        }),
      )
      .execute()
  }

  /** Whoever broke the hospital's glass is out too, also the platform's administrators. */
  async #mendGlasses(
    trx: Transaction<Database>,
    hospitalId: string,
    openedUpTo: string | undefined,
  ): Promise<void> {
    let broken = trx
      .updateTable('break_glass')
      .where('hospital_id', '=', hospitalId)
      .where('ended_at', 'is', null)
      .where('expires_at', '>', sql<string>`now()`)
    if (openedUpTo !== undefined) broken = broken.where('created_at', '<=', openedUpTo)
    await trx
      .with('mended', () => broken.set({ ended_at: sql`now()` }).returning('session_id'))
      .updateTable('session')
      .from('mended')
      .whereRef('session.id', '=', 'mended.session_id')
      .where('session.hospital_id', '=', PLATFORM_HOSPITAL_ID)
      .where('session.ended_at', 'is', null)
      .set({ ended_at: sql`now()`, end_reason: 'hospital_suspended' })
      .execute()
  }
}
