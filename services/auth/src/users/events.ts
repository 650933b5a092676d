import type { AuditAction, AuditEvent, Identity, MembershipChanged } from '@wardstone/contracts'
import { auditEvent } from '@wardstone/service'
import { domainEvent, type OutboxEvent } from '@wardstone/tenancy'

const SERVICE = 'auth'

export const usersListed = (identity: Identity): AuditEvent =>
  auditEvent(SERVICE, identity, { action: 'user.listed', outcome: 'success' })

export const userRead = (identity: Identity, id: string): AuditEvent =>
  onUser(identity, 'user.read', id)

export const userUpdated = (
  identity: Identity,
  id: string,
  changed_fields: string[],
): AuditEvent => ({ ...onUser(identity, 'user.updated', id), changed_fields })

/** Tells the gateways to refuse the access tokens that say an older state of a membership. */
export const membershipChanged = (changed: MembershipChanged): OutboxEvent =>
  domainEvent(SERVICE, changed.hospital_id, 'membership.changed', changed)

/** A change that would have given more than its maker has, or whose maker is no administrator any more. */
export const userChangeDenied = (identity: Identity, id: string, reason: string): AuditEvent =>
  auditEvent(SERVICE, identity, {
    action: 'access.denied',
    outcome: 'denied',
    reason,
    entity: { type: 'user', id },
  })

/** A read or a change that did not come about. */
export const userAccessFailed = (
  identity: Identity,
  action: AuditAction,
  id: string,
  reason: string,
): AuditEvent =>
  auditEvent(SERVICE, identity, {
    action,
    outcome: 'failure',
    reason,
    entity: { type: 'user', id },
  })

function onUser(identity: Identity, action: AuditAction, id: string): AuditEvent {
  const entity = { type: 'user', id }
  return auditEvent(SERVICE, identity, { action, outcome: 'success', entity })
}
