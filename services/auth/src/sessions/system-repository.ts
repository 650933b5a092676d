import type { AuditEvent } from '@wardstone/contracts'
import { outboxRows } from '@wardstone/tenancy'
import { type Kysely, type QueryCreator, sql } from 'kysely'
import type { Member } from '../accounts/memberships.ts'
import type { Account } from '../accounts/repository.ts'
import type { Database } from '../database/schema.ts'
import { type Ending, endSession } from './ending.ts'

/** How long sessions that are over can be looked at. */
const KEPT_DAYS = 30
const MOST_REMOVED = 1000

/** A session to begin. */
export interface Opening {
  id: string
  account: Pick<Account, 'id' | 'username'>
  member: Pick<Member, 'hospital_id' | 'role'>
  ip: string
  user_agent: string | null
  seconds: number
  token_hash: Buffer
  /** Of the password that was entered: while it was checked, it may have been changed. */
  password_hash?: string | undefined
  /** The session that is gone on from, instead of a password: it may have ended. */
  from_session?: string | undefined
  event: AuditEvent
}

/** Sessions across hospitals: the membership chosen at login, or the refresh token, says which one it is. */
export class SystemSessionRepository {
  readonly #db: Kysely<Database>

  constructor(db: Kysely<Database>) {
    this.#db = db
  }

  /**
   * Begins a session, if membership and hospital are still active, the password is still the one that
   * was entered and the session that is gone on from is open; it ends with that one at the latest.
   * They are locked, so that a change of them either sees this session or is seen by it.
   * @returns when it ends; undefined when one of them is not good any more
   */
  open(opening: Opening): Promise<{ expires_at: string } | undefined> {
    const { id, ip, user_agent, seconds, token_hash, event } = opening
    return this.#db
      .with('member', (db) => lockMember(db, opening))
      .with('change', (db) =>
        db
          .insertInto('session')
          .columns(['hospital_id', 'id', 'account_id', 'ip', 'user_agent', 'expires_at', 'root_id'])
          .expression((eb) =>
            eb.selectFrom('member').select([
              'hospital_id',
              sql<string>`${id}::uuid`.as('id'),
              'account_id',
              sql<string>`${ip}::text`.as('ip'),
              sql<string | null>`${user_agent}::text`.as('user_agent'),
              // Without a password nobody stays longer than the password let them.
              sql<string>`least(now() + make_interval(secs => ${seconds}), latest_end)`.as(
                'expires_at',
              ),
              'root_id',
            ]),
          )
          .returning(['hospital_id', 'id', 'expires_at']),
      )
      .with('token', (db) =>
        db
          .insertInto('refresh_token')
          .columns(['hospital_id', 'session_id', 'hash'])
          .expression((eb) =>
            eb
              .selectFrom('change')
              .select(['hospital_id', 'id', sql<Buffer>`${token_hash}::bytea`.as('hash')]),
          ),
      )
      .with('sent', () => outboxRows('change', [event]))
      .selectFrom('change')
      .select('expires_at')
      .executeTakeFirst()
  }

  /** Ends a session. False when it was over. */
  end(ending: Ending): Promise<boolean> {
    return endSession(this.#db, ending)
  }

  /** Removes what nobody needs any more, a part at a time, with its refresh tokens. */
  async removeOld(): Promise<void> {
    await this.#db
      .deleteFrom('session')
      .where((eb) =>
        eb(
          eb.refTuple('hospital_id', 'id'),
          'in',
          eb
            .selectFrom('session')
            .where('expires_at', '<', sql<string>`now() - make_interval(days => ${KEPT_DAYS})`)
            .select(['hospital_id', 'id'])
            .limit(MOST_REMOVED)
            .$asTuple('hospital_id', 'id'),
        ),
      )
      .execute()
  }
}

function lockMember(
  db: QueryCreator<Database>,
  {
    account,
    member,
    password_hash,
    from_session,
  }: Pick<Opening, 'account' | 'member' | 'password_hash' | 'from_session'>,
) {
  let query = db
    .selectFrom('membership')
    .innerJoin('hospital', 'hospital.hospital_id', 'membership.hospital_id')
    .innerJoin('account', 'account.id', 'membership.account_id')
    .where('membership.hospital_id', '=', member.hospital_id)
    .where('membership.account_id', '=', account.id)
    .where('membership.status', '=', 'active')
    .where('hospital.is_active', '=', true)
  if (password_hash !== undefined) query = query.where('account.password_hash', '=', password_hash)
  if (from_session !== undefined) {
    query = query
      .innerJoin('session', 'session.account_id', 'membership.account_id')
      .where('session.id', '=', from_session)
      .where('session.ended_at', 'is', null)
      .where('session.expires_at', '>', sql<string>`now()`) as unknown as typeof query
  }
  const [latestEnd, root] =
    from_session === undefined
      ? [sql`null::timestamptz`, sql<null>`null::uuid`]
      : [sql`session.expires_at`, sql<string>`coalesce(session.root_id, session.id)`]
  return query
    .select(['membership.hospital_id', 'membership.account_id'])
    .select([latestEnd.as('latest_end'), sql<string | null>`${root}`.as('root_id')])
    .forShare()
}
