import type { AuditEvent, Identity } from '@wardstone/contracts'
import { auditEvent } from '@wardstone/service'

/** Reading the audit is on record too; `patientId` when it was asked about one patient. */
export function auditRead(
  identity: Identity,
  what: 'events' | 'verify' | 'export' | 'checkpoints' | 'access-log',
  patientId?: string,
): AuditEvent {
  return auditEvent('audit', identity, {
    action: 'audit.read',
    outcome: 'success',
    entity: { type: 'audit', id: what },
    ...(patientId && { patient_ids: [patientId] }),
  })
}
