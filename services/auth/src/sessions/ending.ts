import type { AuditEvent, SessionRevoked } from '@wardstone/contracts'
import { outboxRows } from '@wardstone/tenancy'
import { type Kysely, sql } from 'kysely'
import type { Database, SessionEnd } from '../database/schema.ts'
import { sessionRevoked } from './events.ts'

/** A token that was being issued while its session ended may be a little younger than the end. */
const SLACK_SECONDS = 60

/** From when and until when the access tokens of something that ends now must be refused. */
export function revocationPeriod(accessTokenSeconds: number, now = new Date()) {
  const until = now.getTime() + (accessTokenSeconds + SLACK_SECONDS) * 1000
  return { revoked_at: now.toISOString(), expires_at: new Date(until).toISOString() }
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
    .with('revoked', (qb) =>
      qb
        .insertInto('revocation')
        .columns(['hospital_id', 'kind', 'id', 'revoked_at', 'expires_at'])
        .expression((eb) =>
          eb
            .selectFrom('change')
            .select([
              'hospital_id',
              sql.lit('session').as('kind'),
              'id',
              sql<string>`${revoked.revoked_at}::timestamptz`.as('revoked_at'),
              sql<string>`${revoked.expires_at}::timestamptz`.as('expires_at'),
            ]),
        ),
    )
    .with('sent', () => outboxRows('change', [event, sessionRevoked(event.hospital_id, revoked)]))
    .selectFrom('change')
    .select('id')
    .executeTakeFirst()
  return row !== undefined
}
