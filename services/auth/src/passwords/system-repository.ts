import { type AuditEvent, type Identity, PLATFORM_HOSPITAL_ID } from '@wardstone/contracts'
import { outboxRows } from '@wardstone/tenancy'
import { type Kysely, sql } from 'kysely'
import type { Database } from '../database/schema.ts'
import { endOtherSessions, revocationPeriod } from '../sessions/ending.ts'
import { sessionEnded, sessionRevoked } from '../sessions/events.ts'

/** What puts a new password in the place of the old one. */
export interface PasswordChange {
  account_id: string
  /** Who asks; their session goes on. */
  identity: Identity
  old_hash: string
  new_hash: string
  event: AuditEvent
}

/** Passwords belong to accounts, and their change ends the person's sessions in every hospital. */
export class SystemPasswordRepository {
  readonly #db: Kysely<Database>
  readonly #accessTokenSeconds: number

  constructor(db: Kysely<Database>, accessTokenSeconds: number) {
    this.#db = db
    this.#accessTokenSeconds = accessTokenSeconds
  }

  /**
   * Changes a password and ends every other session, each told in its hospital. The account is locked first: a login with the
   * old password has begun its session by now, and that ends too, or it begins none.
   * @returns whether `old_hash` was still the password's
   */
  change({ account_id, identity, old_hash, new_hash, event }: PasswordChange): Promise<boolean> {
    return this.#db.transaction().execute(async (trx) => {
      const changed = await trx
        .updateTable('account')
        .where('id', '=', account_id)
        .where('password_hash', '=', old_hash)
        .set({ password_hash: new_hash, updated_at: sql`now()` })
        .returning('id')
        .executeTakeFirst()
      if (!changed) return false
      const period = revocationPeriod(this.#accessTokenSeconds)
      const leaving = { account_id, current_id: identity.session_id, period }
      const ended = await endOtherSessions(trx, { ...leaving, reason: 'password_changed' })
      const ends = ended.flatMap((session) => {
        const { id, role } = session
        const hospital_id =
          session.hospital_id === PLATFORM_HOSPITAL_ID ? null : session.hospital_id
        return [
          sessionEnded({ ...identity, hospital_id, role }, id),
          sessionRevoked(hospital_id, { session_id: id, ...period }),
        ]
      })
      await trx
        .with('change', (db) => db.selectFrom('account').where('id', '=', account_id).select('id'))
        .with('sent', () => outboxRows('change', [event, ...ends]))
        .selectFrom('change')
        .select('id')
        .execute()
      return true
    })
  }
}
