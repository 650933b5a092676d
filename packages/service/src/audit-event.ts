import type { AuditEvent, Identity } from '@wardstone/contracts'
import { v7 as uuidv7 } from 'uuid'

/** What a service adds to an audit event; who, when and where are taken from the identity and the clock. */
export type AuditEntry = Pick<AuditEvent, 'action' | 'outcome'> &
  Partial<Pick<AuditEvent, 'reason' | 'entity' | 'patient_ids' | 'changed_fields'>>

/** Makes the audit event of one access of `identity` in `service`, marked while a glass is broken. Its id is a UUIDv7. */
export function auditEvent(service: string, identity: Identity, entry: AuditEntry): AuditEvent {
  const { break_glass } = identity
  return {
    id: uuidv7(),
    occurred_at: new Date().toISOString(),
    hospital_id: identity.hospital_id,
    service,
    actor: {
      id: identity.user_id,
      username: identity.username,
      role: identity.role,
      session_id: identity.session_id,
      ip: identity.ip,
      user_agent: identity.user_agent,
    },
    request_id: identity.request_id,
    ...(break_glass && {
      break_glass: { id: break_glass.id, reason_code: break_glass.reason_code },
    }),
    ...entry,
  }
}
