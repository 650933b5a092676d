import type { AuditEvent, Identity } from '@wardstone/contracts'
import { auditEvent } from '@wardstone/service'

const SERVICE = 'auth'

/** Nobody is signed in yet; the hospital asked for learns of it. */
export const userRegistered = (identity: Identity, id: string, hospital_id: string): AuditEvent =>
  auditEvent(
    SERVICE,
    { ...identity, hospital_id },
    {
      action: 'user.registered',
      outcome: 'success',
      entity: { type: 'user', id },
    },
  )

export const profileUpdated = (identity: Identity, id: string): AuditEvent =>
  auditEvent(SERVICE, identity, {
    action: 'user.updated',
    outcome: 'success',
    entity: { type: 'user', id },
  })

/** A change of one's own account that did not come about. */
export const profileUpdateFailed = (
  identity: Identity,
  id: string,
  reason: 'stale' | 'email_taken',
): AuditEvent =>
  auditEvent(SERVICE, identity, {
    action: 'user.updated',
    outcome: 'failure',
    reason,
    entity: { type: 'user', id },
  })
