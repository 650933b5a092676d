import type { AuditEvent, Identity } from '@wardstone/contracts'
import { type AuditEntry, auditEvent } from '@wardstone/service'
import type { Refusal } from '../errors.ts'
import { type Glass, inTokens } from './glass.ts'

const SERVICE = 'auth'

/** What somebody wants to open: a patient of a hospital, or the whole of it. */
export type Target = Pick<Glass, 'hospital_id' | 'patient_id'>

/** Told to the hospital that is opened; the reason by its code, never the text. */
export const glassOpened = (identity: Identity, glass: Glass): AuditEvent =>
  onTarget({ ...identity, break_glass: inTokens(glass) }, glass, {
    outcome: 'success',
    reason: glass.reason_code,
  })

/** Somebody wanted to, and did not prove who they are. */
export const glassNotOpened = (
  identity: Identity,
  target: Target,
  reason: 'wrong_password',
): AuditEvent => onTarget(identity, target, { outcome: 'failure', reason })

/** Somebody wanted to, and their membership or the hospital does not let them. */
export const glassDenied = (identity: Identity, target: Target, reason: Refusal): AuditEvent =>
  onTarget(identity, target, { outcome: 'denied', reason })

/** There is no such hospital: the event is of where the caller is. */
export const unknownGlass = (identity: Identity, target: Target): AuditEvent => ({
  ...onTarget(identity, target, { outcome: 'failure', reason: 'not_found' }),
  hospital_id: identity.hospital_id,
})

/** Somebody looked at who broke the glass. */
export const reportRead = (identity: Identity): AuditEvent =>
  auditEvent(SERVICE, identity, {
    action: 'audit.read',
    outcome: 'success',
    entity: { type: 'break_glass', id: 'report' },
  })

function onTarget(
  identity: Identity,
  { hospital_id, patient_id }: Target,
  entry: Pick<AuditEntry, 'outcome' | 'reason'>,
): AuditEvent {
  const entity =
    patient_id === null
      ? { type: 'hospital', id: hospital_id }
      : { type: 'patient', id: patient_id }
  const told = { ...identity, hospital_id }
  const patients = patient_id === null ? {} : { patient_ids: [patient_id] }
  return auditEvent(SERVICE, told, { action: 'break_glass.opened', ...entry, entity, ...patients })
}
