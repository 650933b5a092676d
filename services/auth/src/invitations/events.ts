import type { AuditAction, AuditEvent, Identity } from '@wardstone/contracts'
import { auditEvent } from '@wardstone/service'

const SERVICE = 'auth'

export const userInvited = (identity: Identity, id: string): AuditEvent =>
  onInvitation(identity, 'user.invited', id)

export const invitationWithdrawn = (identity: Identity, id: string): AuditEvent =>
  onInvitation(identity, 'user.invitation_withdrawn', id)

/** Somebody looked at the open invitations of the hospital. */
export const invitationsListed = (identity: Identity): AuditEvent =>
  auditEvent(SERVICE, identity, {
    action: 'user.listed',
    outcome: 'success',
    entity: { type: 'invitations', id: identity.hospital_id ?? '' },
  })

/** An invitation that gives more than its maker has, or whose maker is no administrator any more. */
export const invitingDenied = (identity: Identity, reason: string): AuditEvent =>
  auditEvent(SERVICE, identity, { action: 'access.denied', outcome: 'denied', reason })

/** The platform wanted to invite into a hospital that needs it not, or that is none. */
export const invitingFailed = (
  identity: Identity,
  id: string,
  reason: 'not_found' | 'has_admin',
): AuditEvent =>
  auditEvent(
    SERVICE,
    { ...identity, hospital_id: reason === 'not_found' ? null : id },
    { action: 'user.invited', outcome: 'failure', reason, entity: { type: 'hospital', id } },
  )

/** There is no such open invitation. */
export const withdrawalFailed = (identity: Identity, id: string): AuditEvent =>
  auditEvent(SERVICE, identity, {
    action: 'user.invitation_withdrawn',
    outcome: 'failure',
    reason: 'not_found',
    entity: { type: 'invitation', id },
  })

function onInvitation(identity: Identity, action: AuditAction, id: string): AuditEvent {
  const entity = { type: 'invitation', id }
  return auditEvent(SERVICE, identity, { action, outcome: 'success', entity })
}
