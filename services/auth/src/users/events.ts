import type { AuditAction, AuditEvent, Identity } from '@wardstone/contracts'
import { auditEvent } from '@wardstone/service'

const SERVICE = 'auth'

export const usersListed = (identity: Identity): AuditEvent =>
  auditEvent(SERVICE, identity, { action: 'user.listed', outcome: 'success' })

export const userRead = (identity: Identity, id: string): AuditEvent =>
  onUser(identity, 'user.read', id)

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
