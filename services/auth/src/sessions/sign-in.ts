import type { AuditEvent, Identity } from '@wardstone/contracts'
import { chooseMembership, type Member, membershipIn } from '../accounts/memberships.ts'
import type { Account, SystemAccountRepository } from '../accounts/repository.ts'
import { invalidCredentials, unauthenticated } from '../errors.ts'
import type { Passwords } from '../passwords/passwords.ts'
import type { Attempt, Throttle } from '../throttling/throttle.ts'
import type { AccessTokens } from '../tokens/access-tokens.ts'
import { hashOf, newSuccessor, successorFrom } from '../tokens/refresh-tokens.ts'
import { revocationPeriod } from './ending.ts'
import type { Entry } from './entry.ts'
import * as events from './events.ts'
import type { Login, SignedIn } from './schemas.ts'
import type {
  SessionOf,
  SystemRefreshTokenRepository,
  TokenState,
} from './system-refresh-token-repository.ts'
import type { SystemSessionRepository } from './system-repository.ts'

export interface SignInOptions {
  accounts: SystemAccountRepository
  sessions: SystemSessionRepository
  refreshTokens: SystemRefreshTokenRepository
  passwords: Passwords
  accessTokens: AccessTokens
  entry: Entry
  throttle: Throttle
}

/** Gives access and refresh tokens. What does not come about is on record before it is answered. */
export class SignIn {
  readonly #options: SignInOptions

  constructor(options: SignInOptions) {
    this.#options = options
  }

  /** Signs a person in with username and password, as one of their memberships. */
  login(identity: Identity, body: Login): Promise<SignedIn> {
    const { throttle } = this.#options
    return throttle.guard(body.username, identity.ip, (attempt) =>
      this.#login(identity, body, attempt),
    )
  }

  async #login(
    identity: Identity,
    { username, password, hospital_id }: Login,
    attempt: Attempt,
  ): Promise<SignedIn> {
    const { accounts, passwords, entry } = this.#options
    const fail = async (event: AuditEvent) => {
      await attempt.failed(event)
      throw invalidCredentials()
    }
    const found = await accounts.findByUsername(username)
    const right = await passwords.verify(password, found?.password_hash)
    if (!found) return fail(events.loginFailed(identity, {}, 'unknown_username'))

    const { password_hash, ...account } = found
    const member = chooseMembership(account.memberships, hospital_id)
    const person = { account, member: member ?? account.memberships[0] }
    if (!right) return fail(events.loginFailed(identity, person, 'wrong_password'))
    if (!member) return fail(events.loginFailed(identity, person, 'not_a_member'))
    const who = { account, member }
    await entry.check(member, (reason) => events.loginDenied(identity, who, reason))
    // What may fail comes first: a session that nobody hears of would stay open.
    await attempt.succeeded()
    const current_hash = await this.#renewed(account, password, password_hash)
    return entry.open(identity, { ...who, password_hash: current_hash }, (id) =>
      events.loggedIn(identity, who, id),
    )
  }

  /** Exchanges a refresh token for its successor and a new access token. */
  async refresh(identity: Identity, token: string): Promise<SignedIn> {
    const { refreshTokens, entry } = this.#options
    const hash = hashOf(token)
    const successor = newSuccessor(token)
    const rotated = await refreshTokens.rotate(hash, successor)
    if (rotated) return this.#refreshed(rotated, successor.token)

    const state = await refreshTokens.find(hash)
    if (!state) throw unauthenticated()
    const member = memberOf(state)
    await entry.check(member, (reason) =>
      events.refreshDenied(identity, { ...state, member }, state.session_id, reason),
    )
    if (state.is_ended || state.is_expired) throw unauthenticated()
    if (state.is_in_grace && state.successor_salt) {
      return this.#refreshed(state, successorFrom(token, state.successor_salt).token)
    }
    if (state.is_used) await this.#endFamily(identity, state, member)
    throw unauthenticated()
  }

  /** A spent token in a second hand: whichever is the thief's, both are locked out. */
  async #endFamily(identity: Identity, state: TokenState, member: Member): Promise<void> {
    const { sessions, accessTokens } = this.#options
    const { account, hospital_id, session_id, glass } = state
    await sessions.end({
      session: { hospital_id, id: session_id, account_id: account.id },
      reach: 'sign-in',
      reason: 'refresh_reused',
      revoked: { session_id, ...revocationPeriod(accessTokens.seconds) },
      event: events.refreshReused(identity, { account, member, glass }, session_id),
    })
  }

  #refreshed(session: SessionOf, token: string): SignedIn {
    const { session_id: id, account, glass, expires_at } = session
    const member = memberOf(session)
    return this.#options.entry.signedIn({ id, account, member, glass, expires_at }, token)
  }

  /** The hash of the password with today's parameters, when there is time for it; else as it is stored. */
  async #renewed({ id }: Account, password: string, stored: string): Promise<string> {
    const { accounts, passwords } = this.#options
    const renewed = await passwords.renew(password, stored)
    if (renewed === undefined) return stored
    await accounts.renewHash(id, stored, renewed)
    return renewed
  }
}

function memberOf({ account, hospital_id }: SessionOf): Member {
  const member = membershipIn(account.memberships, hospital_id)
  if (!member) throw unauthenticated()
  return member
}
