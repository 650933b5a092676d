import type { AuditEvent, Identity } from '@wardstone/contracts'
import { auditEvent } from '@wardstone/service'
import type { FoundDoor } from '../invitations/desk.ts'

const SERVICE = 'auth'

/**
 * Somebody with an account joins a hospital, or asks to. Its audit learns who it is, and not what they
 * are elsewhere.
 */
export function joined(
  { break_glass: _, ...identity }: Identity,
  { hospital_id, invitation }: FoundDoor,
): AuditEvent {
  const role = invitation?.role ?? 'staff'
  const hospital_name = invitation?.hospital_name ?? null
  const member = { ...identity, hospital_id, hospital_name, role, session_id: null }
  return auditEvent(SERVICE, member, {
    action: invitation ? 'user.joined' : 'user.registered',
    outcome: 'success',
    entity: { type: 'user', id: identity.user_id ?? '' },
  })
}
