import type { AuditEvent, Identity } from '@wardstone/contracts'
import { auditEvent } from '@wardstone/service'

const SERVICE = 'patient'

/** Somebody looked at the hospital's imports, or at one of them. */
export const importsRead = (identity: Identity, id?: string): AuditEvent =>
  auditEvent(SERVICE, identity, {
    action: 'patient.import_read',
    outcome: 'success',
    ...(id && { entity: { type: 'import', id } }),
  })

/** `id` may be nobody's, or another hospital's import. */
export const importNotFound = (identity: Identity, id: string): AuditEvent =>
  auditEvent(SERVICE, identity, {
    action: 'patient.import_read',
    outcome: 'failure',
    reason: 'not_found',
    entity: { type: 'import', id },
  })
