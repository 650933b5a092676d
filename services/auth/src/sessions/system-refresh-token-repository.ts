import { type Kysely, type QueryCreator, sql } from 'kysely'
import { PERSON } from '../accounts/columns.ts'
import { membershipsOf } from '../accounts/memberships.ts'
import type { Account } from '../accounts/repository.ts'
import { type Glass, glassOf } from '../break-glass/glass.ts'
import type { Database } from '../database/schema.ts'
import type { Successor } from '../tokens/refresh-tokens.ts'

/** How long a spent token still gives its successor, for a client that asked twice or lost the answer. */
const GRACE_SECONDS = 10

/** A session with its person. */
export interface SessionOf {
  session_id: string
  /** Of its membership: a glass may open another. */
  hospital_id: string
  expires_at: string
  account: Account
  glass: Glass | null
}

/** A refresh token that did not rotate, and why. */
export interface TokenState extends SessionOf {
  is_used: boolean
  /** Spent a moment ago, and its successor is not. */
  is_in_grace: boolean
  successor_salt: Buffer | null
  is_ended: boolean
  is_expired: boolean
}

/** Refresh tokens across hospitals: nothing but the token says which session it belongs to. */
export class SystemRefreshTokenRepository {
  readonly #db: Kysely<Database>

  constructor(db: Kysely<Database>) {
    this.#db = db
  }

  /**
   * Spends a refresh token and puts its successor in its place: of many who try at once, one
   * succeeds. Undefined unless token, session, membership and hospital are all good.
   */
  async rotate(hash: Buffer, successor: Successor): Promise<SessionOf | undefined> {
    const row = await this.#db
      .with('spent', (db) => spend(db, hash, successor))
      .with('successor', (db) =>
        db
          .insertInto('refresh_token')
          .columns(['hospital_id', 'session_id', 'hash'])
          .expression((eb) =>
            eb
              .selectFrom('spent')
              .select([
                'hospital_id',
                'session_id',
                sql<Buffer>`${successor.hash}::bytea`.as('hash'),
              ]),
          ),
      )
      .with('used', (db) =>
        db
          .updateTable('session')
          .from('spent')
          .whereRef('session.hospital_id', '=', 'spent.hospital_id')
          .whereRef('session.id', '=', 'spent.session_id')
          .set({ last_used_at: sql`now()` }),
      )
      .selectFrom('spent')
      .innerJoin('account', 'account.id', 'spent.account_id')
      .select([
        'spent.hospital_id',
        'spent.session_id',
        'spent.expires_at',
        glassOf('spent.session_id'),
        ...PERSON,
        (eb) => membershipsOf(eb as never),
      ])
      .executeTakeFirst()
    if (!row) return undefined
    const { hospital_id, session_id, expires_at, glass, ...account } = row
    return { hospital_id, session_id, expires_at, account, glass }
  }

  /** What there is to know about a refresh token that did not rotate. */
  async find(hash: Buffer): Promise<TokenState | undefined> {
    const row = await this.#db
      .selectFrom('refresh_token')
      .innerJoin('session', (join) =>
        join
          .onRef('session.hospital_id', '=', 'refresh_token.hospital_id')
          .onRef('session.id', '=', 'refresh_token.session_id'),
      )
      .innerJoin('account', 'account.id', 'session.account_id')
      .leftJoin('refresh_token as successor', (join) =>
        join
          .onRef('successor.hospital_id', '=', 'refresh_token.hospital_id')
          .onRef('successor.hash', '=', 'refresh_token.successor_hash'),
      )
      .where('refresh_token.hash', '=', hash)
      .select([
        'refresh_token.hospital_id',
        'refresh_token.session_id',
        'refresh_token.successor_salt',
        'session.expires_at',
        glassOf('refresh_token.session_id'),
        sql<boolean>`refresh_token.used_at is not null`.as('is_used'),
        sql<boolean>`refresh_token.used_at > now() - make_interval(secs => ${GRACE_SECONDS})
          and successor.used_at is null`.as('is_in_grace'),
        sql<boolean>`session.ended_at is not null`.as('is_ended'),
        sql<boolean>`session.expires_at <= now()`.as('is_expired'),
        ...PERSON,
        (eb) => membershipsOf(eb as never),
      ])
      .executeTakeFirst()
    if (!row) return undefined
    const {
      hospital_id,
      session_id,
      expires_at,
      glass,
      successor_salt,
      is_used,
      is_in_grace,
      is_ended,
      is_expired,
      ...account
    } = row
    const session = { hospital_id, session_id, expires_at, account, glass }
    return { ...session, successor_salt, is_used, is_in_grace, is_ended, is_expired }
  }
}

/** Spends a token, unless it, its session, its membership or its hospital is not good. */
function spend(db: QueryCreator<Database>, hash: Buffer, successor: Successor) {
  return db
    .updateTable('refresh_token')
    .from('session')
    .innerJoin('membership', (join) =>
      join
        .onRef('membership.hospital_id', '=', 'session.hospital_id')
        .onRef('membership.account_id', '=', 'session.account_id'),
    )
    .innerJoin('hospital', 'hospital.hospital_id', 'session.hospital_id')
    .where('refresh_token.hash', '=', hash)
    .where('refresh_token.used_at', 'is', null)
    .whereRef('session.hospital_id', '=', 'refresh_token.hospital_id')
    .whereRef('session.id', '=', 'refresh_token.session_id')
    .where('session.ended_at', 'is', null)
    .where('session.expires_at', '>', sql<string>`now()`)
    .where('membership.status', '=', 'active')
    .where('hospital.is_active', '=', true)
    .set({
      used_at: sql`now()`,
      successor_hash: successor.hash,
      successor_salt: successor.salt,
    })
    .returning([
      'refresh_token.hospital_id',
      'refresh_token.session_id',
      'session.account_id',
      'session.expires_at',
    ])
}
