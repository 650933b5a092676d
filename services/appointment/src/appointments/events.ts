import type { AuditAction, AuditEvent, Identity } from '@wardstone/contracts'
import { type AuditEntry, auditEvent } from '@wardstone/service'

const SERVICE = 'appointment'

/** Which appointment, and whose. */
interface Subject {
  id: string
  patient_id: string
}

type Change = (identity: Identity, subject: Subject, changed_fields?: string[]) => AuditEvent

const onAppointment =
  (action: AuditAction): Change =>
  (identity, { id, patient_id }, changed_fields) =>
    auditEvent(SERVICE, identity, {
      action,
      outcome: 'success',
      entity: { type: 'appointment', id },
      patient_ids: [patient_id],
      ...(changed_fields && { changed_fields }),
    })

export const appointmentCreated = onAppointment('appointment.created')
export const appointmentRead = onAppointment('appointment.read')
export const appointmentUpdated = onAppointment('appointment.updated')
export const appointmentMoved = onAppointment('appointment.moved')
export const appointmentStatusChanged = onAppointment('appointment.status_changed')
export const appointmentCancelled = onAppointment('appointment.cancelled')

const onPatients =
  (action: AuditAction) =>
  (identity: Identity, shown: readonly { patient_id: string }[]): AuditEvent =>
    auditEvent(SERVICE, identity, {
      action,
      outcome: 'success',
      patient_ids: [...new Set(shown.map(({ patient_id }) => patient_id))],
    })

export const appointmentsListed = onPatients('appointment.listed')
/** Without the words that were searched for: they are names. */
export const appointmentsSearched = onPatients('appointment.searched')

export const appointmentStatsRead = (identity: Identity): AuditEvent =>
  auditEvent(SERVICE, identity, { action: 'appointment.stats_read', outcome: 'success' })

/** What was allowed but did not come about; an id may be nobody's, or another hospital's. */
export const appointmentFailed = (
  identity: Identity,
  action: AuditAction,
  reason: string,
  id?: string,
): AuditEvent => {
  const entity: Partial<AuditEntry> =
    id === undefined ? {} : { entity: { type: 'appointment', id } }
  return auditEvent(SERVICE, identity, { action, outcome: 'failure', reason, ...entity })
}
