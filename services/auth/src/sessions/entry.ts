import type { AuditEvent, Identity } from '@wardstone/contracts'
import type { Kysely } from 'kysely'
import { v7 as uuidv7 } from 'uuid'
import { type Member, refusalOf } from '../accounts/memberships.ts'
import type { Account } from '../accounts/repository.ts'
import { toUser } from '../accounts/rules.ts'
import { actingAs, type Glass, inTokens } from '../break-glass/glass.ts'
import { type NewGlass, SystemBreakGlassRepository } from '../break-glass/system-repository.ts'
import type { Database } from '../database/schema.ts'
import { changedMeanwhile, REFUSALS, type Refusal, unauthenticated } from '../errors.ts'
import type { AccessTokens } from '../tokens/access-tokens.ts'
import { newRefreshToken } from '../tokens/refresh-tokens.ts'
import type { SignedIn } from './schemas.ts'
import { SystemSessionRepository } from './system-repository.ts'

export interface EntryOptions {
  sessions: SystemSessionRepository
  glasses: SystemBreakGlassRepository
  accessTokens: AccessTokens
  sessionSeconds: number
  recordAudit: (event: AuditEvent) => Promise<void>
}

/**
 * A person and what they come as; with `password_hash` if they proved it by the password of that hash,
 * with `from_session` if by a session that they go on from.
 */
interface Proven {
  account: Account
  member: Member
  password_hash?: string
  from_session?: string
  /** To break, and until when. */
  glass?: NewGlass & { seconds: number }
}

/** A session that gets tokens, which never outlive it. */
export interface OpenSession {
  id: string
  account: Account
  member: Member
  glass: Glass | null
  expires_at: string
}

/** Lets a person who has proven who they are in, as one of their memberships. */
export class Entry {
  readonly #options: EntryOptions

  constructor(options: EntryOptions) {
    this.#options = options
  }

  /** The same in a transaction: sessions begin on `db`. */
  within(db: Kysely<Database>): Entry {
    const sessions = new SystemSessionRepository(db)
    return new Entry({ ...this.#options, sessions, glasses: new SystemBreakGlassRepository(db) })
  }

  /**
   * Refuses a membership that lets nobody in; the refusal is on record before it is answered.
   * @throws problem 403 that says why
   */
  async check(member: Member, toEvent: (reason: Refusal) => AuditEvent): Promise<void> {
    const reason = refusalOf(member)
    if (!reason) return
    await this.#options.recordAudit(toEvent(reason))
    throw REFUSALS[reason]()
  }

  /** Begins a session, told as `toEvent` says, and gives its first tokens. */
  async open(
    { ip, user_agent }: Pick<Identity, 'ip' | 'user_agent'>,
    { account, member, password_hash, from_session, glass }: Proven,
    toEvent: (sessionId: string) => AuditEvent,
  ): Promise<SignedIn> {
    const { sessions, glasses, sessionSeconds } = this.#options
    const id = uuidv7()
    const { token, hash: token_hash } = newRefreshToken()
    const seconds = glass?.seconds ?? sessionSeconds
    const who = { account, member, ip, user_agent, password_hash, from_session }
    const opening = { ...who, id, seconds, token_hash, event: toEvent(id) }
    const opened = await (glass ? glasses.open(opening, glass) : sessions.open(opening))
    if (!opened) throw from_session === undefined ? changedMeanwhile() : unauthenticated()
    const { expires_at } = opened
    return this.signedIn({ id, account, member, glass: glass ?? null, expires_at }, token)
  }

  /** An access token for a session, beside its refresh token. */
  signedIn(session: OpenSession, refresh_token: string): SignedIn {
    const { accessTokens } = this.#options
    const { id: sid, account, member, glass, expires_at } = session
    const { id: sub, username } = account
    const holder = {
      sub,
      sid,
      username,
      membership_version: member.version,
      ...actingAs(member, glass),
      ...(glass && { break_glass: inTokens(glass) }),
    }
    return {
      ...accessTokens.issue(holder, expires_at),
      refresh_token,
      token_type: 'Bearer',
      user: toUser(account, member, glass),
      ...(glass && {
        break_glass: { ...inTokens(glass), hospital_id: glass.hospital_id, expires_at },
      }),
    }
  }
}
