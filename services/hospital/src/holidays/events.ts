import type { AuditAction, AuditEvent, HospitalEvent, Identity } from '@wardstone/contracts'
import { auditEvent } from '@wardstone/service'
import { domainEvent, type OutboxEvent } from '@wardstone/tenancy'

const SERVICE = 'hospital'

/** The columns of the hospital that its domain event tells. */
export const TOLD = [
  'id',
  'slug',
  'name',
  'is_active',
  'is_listed',
  'time_zone',
  'version',
] as const satisfies readonly (keyof HospitalEvent)[]

/**
 * The holidays of a hospital changed: its own record, and its version, did not. The other services
 * hear that there is something new to ask for.
 */
const onHoliday =
  (action: Extract<AuditAction, `holiday.${string}`>) =>
  (identity: Identity, id: string): (AuditEvent | OutboxEvent)[] => {
    const audit = auditEvent(SERVICE, identity, {
      action,
      outcome: 'success',
      entity: { type: 'holiday', id },
    })
    const payload: Omit<HospitalEvent, (typeof TOLD)[number]> = { occurred_at: audit.occurred_at }
    return [audit, domainEvent(SERVICE, identity.hospital_id, 'hospital.updated', payload)]
  }

export const holidayCreated = onHoliday('holiday.created')
export const holidayRemoved = onHoliday('holiday.removed')
