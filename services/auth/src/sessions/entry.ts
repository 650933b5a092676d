import type { AuditEvent, Identity } from '@wardstone/contracts'
import { v7 as uuidv7 } from 'uuid'
import { type Member, onWire, refusalOf } from '../accounts/memberships.ts'
import type { Account } from '../accounts/repository.ts'
import { toUser } from '../accounts/rules.ts'
import { changedMeanwhile, REFUSALS, type Refusal, unauthenticated } from '../errors.ts'
import type { AccessTokens } from '../tokens/access-tokens.ts'
import { newRefreshToken } from '../tokens/refresh-tokens.ts'
import type { SignedIn } from './schemas.ts'
import type { SystemSessionRepository } from './system-repository.ts'

export interface EntryOptions {
  sessions: SystemSessionRepository
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
}

/** Lets a person who has proven who they are in, as one of their memberships. */
export class Entry {
  readonly #options: EntryOptions

  constructor(options: EntryOptions) {
    this.#options = options
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
    { account, member, password_hash, from_session }: Proven,
    toEvent: (sessionId: string) => AuditEvent,
  ): Promise<SignedIn> {
    const { sessions, sessionSeconds: seconds } = this.#options
    const id = uuidv7()
    const { token, hash: token_hash } = newRefreshToken()
    const event = toEvent(id)
    const opening = {
      id,
      account,
      member,
      ip,
      user_agent,
      seconds,
      token_hash,
      password_hash,
      from_session,
      event,
    }
    if (!(await sessions.open(opening))) {
      throw from_session === undefined ? changedMeanwhile() : unauthenticated()
    }
    return this.signedIn({ account, member }, id, token)
  }

  /** An access token for a session, beside its refresh token. */
  signedIn(
    { account, member }: { account: Account; member: Member },
    sid: string,
    refresh_token: string,
  ): SignedIn {
    const { accessTokens } = this.#options
    const { id: sub, username } = account
    const access_token = accessTokens.issue({
      sub,
      sid,
      username,
      membership_version: member.version,
      ...onWire(member),
    })
    const user = toUser(account, member)
    const expires_in = accessTokens.seconds
    return { access_token, refresh_token, token_type: 'Bearer', expires_in, user }
  }
}
