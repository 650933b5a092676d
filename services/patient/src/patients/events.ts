import type { AuditAction, AuditEvent, Identity, Permission } from '@wardstone/contracts'
import { type AuditEntry, auditEvent } from '@wardstone/service'

const SERVICE = 'patient'

const onPatient =
  (action: AuditAction) =>
  (identity: Identity, id: string): AuditEvent =>
    auditEvent(SERVICE, identity, {
      action,
      outcome: 'success',
      entity: { type: 'patient', id },
      patient_ids: [id],
    })

export const patientCreated = onPatient('patient.created')
export const patientUpdated = onPatient('patient.updated')
export const patientDeactivated = onPatient('patient.deactivated')
export const patientReactivated = onPatient('patient.reactivated')
export const patientRead = onPatient('patient.read')

/** `ids` are the patients that were shown. */
export const patientsListed = (identity: Identity, ids: string[]): AuditEvent =>
  auditEvent(SERVICE, identity, { action: 'patient.listed', outcome: 'success', patient_ids: ids })

/** Without the words that were searched for: they are names. */
export const patientsSearched = (identity: Identity, ids: string[]): AuditEvent =>
  auditEvent(SERVICE, identity, {
    action: 'patient.searched',
    outcome: 'success',
    patient_ids: ids,
  })

export const patientStatsRead = (identity: Identity): AuditEvent =>
  auditEvent(SERVICE, identity, { action: 'patient.stats_read', outcome: 'success' })

/** An access to one patient that did not come about; `id` may be nobody's, or another hospital's patient. */
export const patientAccessFailed = (
  identity: Identity,
  action: AuditAction,
  id: string,
  reason: 'not_found' | 'stale',
): AuditEvent => failed(identity, { action, outcome: 'failure', reason }, id)

/** Somebody without `permission` sent a field that needs it. */
export const fieldDenied = (identity: Identity, permission: Permission, id?: string): AuditEvent =>
  failed(
    identity,
    { action: 'access.denied', outcome: 'denied', reason: `lacks ${permission}` },
    id,
  )

/** Somebody asked for a restricted patient without having broken the glass. */
export const restrictedDenied = (identity: Identity, id: string): AuditEvent =>
  auditEvent(SERVICE, identity, {
    action: 'access.denied',
    outcome: 'denied',
    reason: 'patient_restricted',
    entity: { type: 'patient', id },
    patient_ids: [id],
  })

function failed(identity: Identity, entry: AuditEntry, id: string | undefined): AuditEvent {
  return auditEvent(SERVICE, identity, { ...entry, ...(id && { entity: { type: 'patient', id } }) })
}
