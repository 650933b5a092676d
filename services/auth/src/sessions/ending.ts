import {
  type AuditEvent,
  PLATFORM_HOSPITAL_ID,
  type Role,
  type SessionRevoked,
} from '@wardstone/contracts'
import { outboxRows } from '@wardstone/tenancy'
import { type Kysely, type QueryCreator, type SqlBool, sql, type Transaction } from 'kysely'
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
        .where('session.expires_at', '>', sql<string>`now()`)
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
        .where('expires_at', '>', sql<string>`now()`)
        .set({ ended_at: sql`now()`, end_reason: reason })
        .returning(['hospital_id', 'id']),
    )
    .with('revoked', (db) => revokeChanged(db, period))
    .with('closed', closeGlasses)
    .selectFrom('change')
    .select('id')
    .execute()
}

/** The end of a session. */
export interface Ending {
  session: { hospital_id: string; id: string; account_id: string }
  /** What ends with it, of all that goes back to the same sign-in: nothing, what is in the same hospital, or all. */
  reach: 'session' | 'hospital' | 'sign-in'
  reason: SessionEnd
  revoked: SessionRevoked
  /** Names the hospital as the wire does. */
  event: AuditEvent
}

/**
 * Ends a session with what it reaches, revokes the access tokens and tells everybody; nothing happens
 * when it has ended before. The refresh tokens are dead with it.
 * @returns whether it ended now
 */
export function endSession(db: Kysely<Database>, ending: Ending): Promise<boolean> {
  const { session, event, revoked } = ending
  return db.transaction().execute(async (trx) => {
    const ended = await trx
      .with('change', (qb) => endReached(qb, ending))
      .with('revoked', (qb) => revokeChanged(qb, revoked))
      .with('closed', closeGlasses)
      .selectFrom('change')
      .select(['hospital_id', 'id'])
      .execute()
    if (ended.length === 0) return false
    const revocations = ended.map(({ hospital_id, id }) => {
      const elsewhere = hospital_id === PLATFORM_HOSPITAL_ID ? null : hospital_id
      const told = hospital_id === session.hospital_id ? event.hospital_id : elsewhere
      return sessionRevoked(told, { ...revoked, session_id: id })
    })
    await trx
      .with('change', (qb) => qb.selectFrom('session').where('id', '=', session.id).select('id'))
      .with('sent', () => outboxRows('change', [event, ...revocations]))
      .selectFrom('change')
      .select('id')
      .execute()
    return true
  })
}

function endReached(db: QueryCreator<Database>, { session, reach, reason }: Ending) {
  const { hospital_id, id, account_id } = session
  const named = sql`from session as named where named.hospital_id = ${hospital_id}
    and named.id = ${id} and named.account_id = ${account_id} and named.ended_at is null`
  let open = db
    .updateTable('session')
    .where('account_id', '=', account_id)
    .where('ended_at', 'is', null)
  if (reach !== 'sign-in') open = open.where('hospital_id', '=', hospital_id)
  open =
    reach === 'session'
      ? open.where('id', '=', id)
      : open.where(
          sql<SqlBool>`coalesce(root_id, id) = (select coalesce(named.root_id, named.id) ${named})`,
        )
  return open.set({ ended_at: sql`now()`, end_reason: reason }).returning(['hospital_id', 'id'])
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
