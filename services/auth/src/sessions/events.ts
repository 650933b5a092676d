import type { AuditEvent, Identity, SessionRevoked } from '@wardstone/contracts'
import { type AuditEntry, auditEvent } from '@wardstone/service'
import { domainEvent, type OutboxEvent } from '@wardstone/tenancy'
import { type Member, onWire } from '../accounts/memberships.ts'
import { actingAs, type Glass, inTokens } from '../break-glass/glass.ts'
import type { Refusal } from '../errors.ts'

const SERVICE = 'auth'

/** Who asks, so far as it is known: a membership of an account once the password was right. */
export interface Person {
  account: { id: string; username: string }
  member: Member
  glass?: Glass | null
}

export const loggedIn = (identity: Identity, person: Person, sessionId: string): AuditEvent =>
  onSession(
    as(identity, person, sessionId),
    { action: 'auth.login', outcome: 'success' },
    sessionId,
  )

/**
 * A login that failed. What was typed for an unknown username is not kept: people type their password
 * there. An account's failures are its hospital's to see.
 */
export function loginFailed(
  identity: Identity,
  { account, member }: { account?: Person['account']; member?: Member | undefined },
  reason: 'unknown_username' | 'wrong_password' | 'not_a_member',
): AuditEvent {
  const claimed = { user_id: account?.id ?? null, username: account?.username ?? null }
  const hospital_id = member ? onWire(member).hospital_id : null
  return auditEvent(
    SERVICE,
    { ...identity, ...claimed, hospital_id },
    {
      action: 'auth.login_failed',
      outcome: 'failure',
      reason,
    },
  )
}

/** The password was right, but there is no entry. */
export const loginDenied = (identity: Identity, person: Person, reason: Refusal): AuditEvent =>
  auditEvent(SERVICE, as(identity, person, null), {
    action: 'auth.login_failed',
    outcome: 'denied',
    reason,
  })

/** The refresh token was right, but there is no entry any more. */
export const refreshDenied = (
  identity: Identity,
  person: Person,
  sessionId: string,
  reason: Refusal,
): AuditEvent =>
  onSession(
    as(identity, person, sessionId),
    { action: 'access.denied', outcome: 'denied', reason },
    sessionId,
  )

/** Somebody goes on as another of their memberships: told in its hospital. */
export const switched = (identity: Identity, person: Person, sessionId: string): AuditEvent =>
  onSession(
    as(identity, person, sessionId),
    { action: 'auth.switched', outcome: 'success' },
    sessionId,
  )

/** The membership that somebody would go on as lets nobody in. */
export const switchDenied = (identity: Identity, person: Person, reason: Refusal): AuditEvent =>
  auditEvent(SERVICE, as(identity, person, null), {
    action: 'auth.switched',
    outcome: 'denied',
    reason,
  })

/** Somebody would go on in a hospital whose member they are not. */
export const switchRefused = (identity: Identity): AuditEvent =>
  auditEvent(SERVICE, identity, {
    action: 'security.hospital_mismatch',
    outcome: 'denied',
    reason: 'named another hospital',
  })

/** A spent refresh token came again: it is in two hands. */
export const refreshReused = (identity: Identity, person: Person, sessionId: string): AuditEvent =>
  onSession(
    as(identity, person, sessionId),
    { action: 'auth.refresh_reused', outcome: 'denied' },
    sessionId,
  )

export const loggedOut = (identity: Identity, sessionId: string): AuditEvent =>
  onSession(identity, { action: 'auth.logout', outcome: 'success' }, sessionId)

/** A person ended one of their sessions from another, or from itself. */
export const sessionEnded = (identity: Identity, sessionId: string): AuditEvent =>
  onSession(identity, { action: 'auth.session_ended', outcome: 'success' }, sessionId)

/** A person named a session that is not an open one of theirs. */
export const sessionNotEnded = (identity: Identity, sessionId: string): AuditEvent =>
  onSession(
    identity,
    { action: 'auth.session_ended', outcome: 'failure', reason: 'not_found' },
    sessionId,
  )

/** Tells the gateways to refuse the access tokens of a session. */
export const sessionRevoked = (hospitalId: string | null, revoked: SessionRevoked): OutboxEvent =>
  domainEvent(SERVICE, hospitalId, 'session.revoked', revoked)

/** A glass that is broken in one hospital is nothing of another's. */
function as(
  { break_glass: _, ...identity }: Identity,
  { account, member, glass }: Person,
  session_id: string | null,
): Identity {
  return {
    ...identity,
    ...actingAs(member, glass),
    user_id: account.id,
    username: account.username,
    session_id,
    ...(glass && { break_glass: inTokens(glass) }),
  }
}

function onSession(identity: Identity, entry: AuditEntry, id: string): AuditEvent {
  return auditEvent(SERVICE, identity, { ...entry, entity: { type: 'session', id } })
}
