import type { AuditEvent, Role, SessionRevoked } from '@wardstone/contracts'
import { outboxRows } from '@wardstone/tenancy'
import { type Kysely, type QueryCreator, sql, type Transaction } from 'kysely'
import { closeGlasses } from '../break-glass/glass.ts'
import type { Database, SessionEnd } from '../database/schema.ts'
import { sessionRevoked } from './events.ts'

/** A token that was being issued while its session ended may be a little younger than the end. */
const SLACK_SECONDS = 60

/** From when and until when the access tokens of something that ends now must be refused. */
export function revocationPeriod(accessTokenSeconds: number, now = new Date()) {
  const until = now.getTime() + (accessTokenSeconds + SLACK_SECONDS) * 1000
  return { revoked_at: now.toISOString(), expires_at: new Date(until).toISOString() }
}

/** The other sessions of a person, which a change of the password ends. */
export interface Leaving {
  account_id: string
  /** The session that goes on. */
  current_id: string | null
  reason: SessionEnd
  period: ReturnType<typeof revocationPeriod>
}

/** Ends every session of a person but the current one, and revokes their access tokens. */
export function endOtherSessions(
  trx: Transaction<Database>,
  { account_id, current_id, reason, period }: Leaving,
): Promise<{ hospital_id: string; id: string; role: Role }[]> {
  return trx
    .with('change', (db) =>
      db
        .updateTable('session')
        .from('membership')
        .where('membership.account_id', '=', account_id)
        .whereRef('session.hospital_id', '=', 'membership.hospital_id')
        .whereRef('session.account_id', '=', 'membership.account_id')
        .where('session.id', 'is distinct from', current_id)
        .where('session.ended_at', 'is', null)
        .set({ ended_at: sql`now()`, end_reason: reason })
        .returning(['session.hospital_id', 'session.id', 'membership.role']),
    )
    .with('revoked', (db) => revokeChanged(db, period))
    .with('closed', closeGlasses)
    .selectFrom('change')
    .select(['hospital_id', 'id', 'role'])
    .execute()
}

/** A member of a hospital whose sessions there all end. */
export interface Departure {
  hospital_id: string
  account_id: string
  reason: SessionEnd
  period: ReturnType<typeof revocationPeriod>
}

/** Ends every session that a person has as a member of one hospital, and revokes their access tokens. */
export function endSessionsOfMember(
  trx: Transaction<Database>,
  { hospital_id, account_id, reason, period }: Departure,
): Promise<{ id: string }[]> {
  return trx
    .with('change', (db) =>
      db
        .updateTable('session')
        .where('hospital_id', '=', hospital_id)
        .where('account_id', '=', account_id)
        .where('ended_at', 'is', null)
        .set({ ended_at: sql`now()`, end_reason: reason })
        .returning(['hospital_id', 'id']),
    )
    .with('revoked', (db) => revokeChanged(db, period))
    .with('closed', closeGlasses)
    .selectFrom('change')
    .select('id')
    .execute()
}

/** The end of one session. */
export interface Ending {
  session: { hospital_id: string; id: string; account_id: string }
  reason: SessionEnd
  revoked: SessionRevoked
  /** Names the hospital as the wire does. */
  event: AuditEvent
}

/**
 * Ends a session, revokes its access tokens and tells everybody, in one statement; nothing happens
 * when it has ended before. Its refresh tokens are dead with it.
 * @returns whether it ended now
 */
export async function endSession(db: Kysely<Database>, ending: Ending): Promise<boolean> {
  const { session, reason, revoked, event } = ending
  const row = await db
    .with('change', (qb) =>
      qb
        .updateTable('session')
        .where('hospital_id', '=', session.hospital_id)
        .where('id', '=', session.id)
        .where('account_id', '=', session.account_id)
        .where('ended_at', 'is', null)
        .set({ ended_at: sql`now()`, end_reason: reason })
        .returning(['hospital_id', 'id']),
    )
    .with('revoked', (qb) => revokeChanged(qb, revoked))
    .with('closed', closeGlasses)
    .with('sent', () => outboxRows('change', [event, sessionRevoked(event.hospital_id, revoked)]))
    .selectFrom('change')
    .select('id')
    .executeTakeFirst()
  return row !== undefined
}

/** Puts the sessions that the CTE `change` ended among the revocations. */
function revokeChanged(
  db: QueryCreator<Database & { change: { hospital_id: string; id: string } }>,
  { revoked_at, expires_at }: ReturnType<typeof revocationPeriod>,
) {
  return db
    .insertInto('revocation')
    .columns(['hospital_id', 'kind', 'id', 'revoked_at', 'expires_at'])
    .expression((eb) =>
      eb
        .selectFrom('change')
        .select([
          'hospital_id',
          sql.lit('session').as('kind'),
          'id',
          sql<string>`${revoked_at}::timestamptz`.as('revoked_at'),
          sql<string>`${expires_at}::timestamptz`.as('expires_at'),
        ]),
    )
}
