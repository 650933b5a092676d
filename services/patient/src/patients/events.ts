import type {
  AuditAction,
  AuditEvent,
  Identity,
  Permission,
  RecordEvent,
} from '@wardstone/contracts'
import { type AuditEntry, auditEvent } from '@wardstone/service'
import { domainEvent, type OutboxEvent } from '@wardstone/tenancy'

const SERVICE = 'patient'

/** What is told of a change: to the audit, and to the other services. */
export type PatientChanged = (identity: Identity, id: string) => (AuditEvent | OutboxEvent)[]

const onPatient = (identity: Identity, action: AuditAction, id: string): AuditEvent =>
  auditEvent(SERVICE, identity, {
    action,
    outcome: 'success',
    entity: { type: 'patient', id },
    patient_ids: [id],
  })

/** The columns of the changed row that the domain event tells. */
export const TOLD = ['is_active', 'version'] as const

const changed =
  (
    type: 'patient.created' | 'patient.updated' | 'patient.deactivated' | 'patient.reactivated',
  ): PatientChanged =>
  (identity, id) => {
    const audit = onPatient(identity, type, id)
    const hospital_id = identity.hospital_id as string
    const payload: Omit<RecordEvent, (typeof TOLD)[number]> = {
      id,
      hospital_id,
      occurred_at: audit.occurred_at,
    }
    return [audit, domainEvent(SERVICE, hospital_id, type, payload)]
  }

export const patientCreated = changed('patient.created')
export const patientUpdated = changed('patient.updated')
export const patientDeactivated = changed('patient.deactivated')
export const patientReactivated = changed('patient.reactivated')

export const patientRead = (identity: Identity, id: string): AuditEvent =>
  onPatient(identity, 'patient.read', id)

/** `ids` are the patients that were shown. */
export const patientsListed = (identity: Identity, ids: string[]): AuditEvent =>
  auditEvent(SERVICE, identity, { action: 'patient.listed', outcome: 'success', patient_ids: ids })

/** A page of a file of patients: on record before it leaves. */
export const patientsExported = (identity: Identity, ids: string[]): AuditEvent =>
  auditEvent(SERVICE, identity, {
    action: 'patient.exported',
    outcome: 'success',
    patient_ids: ids,
  })

/** As many patients as one event can name. */
const NAMED_AT_ONCE = 200

/** Patients of a file, all stored: as many events as it takes to name them, and one for each to the other services. */
export function patientsImported(identity: Identity, ids: string[]): (AuditEvent | OutboxEvent)[] {
  const told = importTold(identity, { action: 'patient.imported', outcome: 'success' }, ids)
  const { occurred_at } = told[0] as AuditEvent
  const hospital_id = identity.hospital_id as string
  const created = ids.map((id) => {
    const payload: RecordEvent = { id, hospital_id, is_active: true, version: 1, occurred_at }
    return domainEvent(SERVICE, hospital_id, 'patient.created', payload)
  })
  return [...told, ...created]
}

/** An import that stored nothing: a dry run, or rows that may be registered; `ids` were shown. */
export const importShown = (
  identity: Identity,
  { outcome, reason }: { outcome: 'failure'; reason: string },
  ids: string[],
): AuditEvent[] => importTold(identity, { action: 'patient.imported', outcome, reason }, ids)

function importTold(identity: Identity, entry: AuditEntry, ids: string[]): AuditEvent[] {
  const pages = Array.from(
    { length: Math.max(1, Math.ceil(ids.length / NAMED_AT_ONCE)) },
    (_, page) => ids.slice(page * NAMED_AT_ONCE, (page + 1) * NAMED_AT_ONCE),
  )
  return pages.map((patient_ids) => auditEvent(SERVICE, identity, { ...entry, patient_ids }))
}

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

/** A registration that did not come about: the likely duplicates were shown instead. */
export const registrationDoubted = (identity: Identity, patient_ids: string[]): AuditEvent =>
  auditEvent(SERVICE, identity, {
    action: 'patient.created',
    outcome: 'failure',
    reason: 'possible_duplicate',
    patient_ids,
  })

/** An answer was shown again; nothing was changed. */
export const answerReplayed = (
  identity: Identity,
  action: AuditAction,
  ids: string[],
): AuditEvent =>
  auditEvent(SERVICE, identity, {
    action,
    outcome: 'failure',
    reason: 'idempotency_replayed',
    patient_ids: ids.slice(0, 200),
  })

/** A change that was asked for under an `Idempotency-Key` that is in use, or is another request's. */
export const keyRefused = (identity: Identity, action: AuditAction, reason: string): AuditEvent =>
  auditEvent(SERVICE, identity, { action, outcome: 'failure', reason })

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
