import type { AuditEvent, Identity } from '@wardstone/contracts'
import { auditEvent } from '@wardstone/service'

const SERVICE = 'auth'

export const passwordChanged = (identity: Identity, id: string): AuditEvent =>
  auditEvent(SERVICE, identity, {
    action: 'auth.password_changed',
    outcome: 'success',
    entity: { type: 'user', id },
  })

/** A change of one's own password that did not come about. */
export const passwordNotChanged = (
  identity: Identity,
  id: string,
  reason: 'wrong_password' | 'changed_meanwhile',
): AuditEvent =>
  auditEvent(SERVICE, identity, {
    action: 'auth.password_changed',
    outcome: 'failure',
    reason,
    entity: { type: 'user', id },
  })
