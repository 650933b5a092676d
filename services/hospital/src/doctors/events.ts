import type { AuditAction, AuditEvent, Identity, RecordEvent } from '@wardstone/contracts'
import { auditEvent } from '@wardstone/service'
import { domainEvent, type OutboxEvent } from '@wardstone/tenancy'
import type { Doctor } from './schemas.ts'

const SERVICE = 'hospital'

/** What is told of a change: to the audit, and to the other services. */
export type DoctorChanged = (
  identity: Identity,
  doctor: Pick<Doctor, 'id' | 'is_active' | 'version'>,
  changedFields?: string[],
) => (AuditEvent | OutboxEvent)[]

const onDoctor =
  (
    action: AuditAction,
    type: 'doctor.created' | 'doctor.updated' | 'doctor.deactivated' | 'doctor.reactivated',
  ): DoctorChanged =>
  (identity, { id, is_active, version }, changed_fields) => {
    const audit = auditEvent(SERVICE, identity, {
      action,
      outcome: 'success',
      entity: { type: 'doctor', id },
      ...(changed_fields && { changed_fields }),
    })
    const hospital_id = identity.hospital_id as string
    const { occurred_at } = audit
    const payload: RecordEvent = { id, hospital_id, is_active, version, occurred_at }
    return [audit, domainEvent(SERVICE, hospital_id, type, payload)]
  }

export const doctorCreated = onDoctor('doctor.created', 'doctor.created')
export const doctorUpdated = onDoctor('doctor.updated', 'doctor.updated')
export const doctorDeactivated = onDoctor('doctor.deactivated', 'doctor.deactivated')
export const doctorReactivated = onDoctor('doctor.reactivated', 'doctor.reactivated')
export const scheduleUpdated = onDoctor('doctor.schedule_updated', 'doctor.updated')
