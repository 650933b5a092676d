import type {
  AuditAction,
  AuditEvent,
  FirstAdmin,
  HospitalEvent,
  Identity,
  InvitationCreated,
} from '@wardstone/contracts'
import { auditEvent } from '@wardstone/service'
import { domainEvent, type OutboxEvent } from '@wardstone/tenancy'
import type { Invitation } from './invitation.ts'

const SERVICE = 'hospital'

/** What is told of a change: to the audit of the hospital concerned, and to the other services. */
export type HospitalChanged = (
  identity: Identity,
  hospital: Required<Omit<HospitalEvent, 'occurred_at'>>,
  changedFields?: string[],
) => (AuditEvent | OutboxEvent)[]

const onHospital =
  (
    type: 'hospital.created' | 'hospital.updated' | 'hospital.suspended' | 'hospital.reactivated',
  ): HospitalChanged =>
  (identity, { id, slug, name, is_active, is_listed, time_zone, version }, changed_fields) => {
    const audit = auditEvent(
      SERVICE,
      { ...identity, hospital_id: id },
      {
        action: type,
        outcome: 'success',
        entity: { type: 'hospital', id },
        ...(changed_fields && { changed_fields }),
      },
    )
    const { occurred_at } = audit
    const state = { id, slug, name, is_active, is_listed, time_zone, version }
    const payload: HospitalEvent = { ...state, occurred_at }
    return [audit, domainEvent(SERVICE, id, type, payload)]
  }

export const hospitalCreated = onHospital('hospital.created')
export const hospitalUpdated = onHospital('hospital.updated')
export const hospitalSuspended = onHospital('hospital.suspended')
export const hospitalReactivated = onHospital('hospital.reactivated')

/** The first administrator of a new hospital is invited: auth lets in who has the code. */
export const firstAdminInvited = (
  identity: Identity,
  hospital_id: string,
  { id, code_hash, expires_at }: Invitation,
  admin: FirstAdmin,
): (AuditEvent | OutboxEvent)[] => {
  const invited_by = identity.user_id as string
  const payload: InvitationCreated = {
    id,
    hospital_id,
    invited_by,
    code_hash,
    ...admin,
    expires_at,
  }
  return [
    auditEvent(
      SERVICE,
      { ...identity, hospital_id },
      { action: 'user.invited', outcome: 'success', entity: { type: 'invitation', id } },
    ),
    domainEvent(SERVICE, hospital_id, 'invitation.created', payload),
  ]
}

/** The answer of a creation, with its invitation code, was shown again; nothing was created. */
export const creationReplayed = (identity: Identity, id: string): AuditEvent =>
  hospitalChangeFailed(identity, 'hospital.created', 'idempotency_replayed', id)

/** Somebody asked for a hospital that is not theirs, whether it exists or not. */
export const otherHospitalDenied = (identity: Identity, id: string): AuditEvent =>
  auditEvent(SERVICE, identity, {
    action: 'access.denied',
    outcome: 'denied',
    reason: 'not_found',
    entity: { type: 'hospital', id },
  })

/** An admin sent fields of their hospital that are the platform's to change. */
export const fieldsDenied = (
  identity: Identity,
  id: string,
  changed_fields: string[],
): AuditEvent =>
  auditEvent(SERVICE, identity, {
    action: 'access.denied',
    outcome: 'denied',
    reason: 'lacks hospital.administer',
    entity: { type: 'hospital', id },
    changed_fields,
  })

/**
 * A change that did not come about, because of `reason`, a problem's code. It is told to the hospital
 * concerned if there is one.
 */
export const hospitalChangeFailed = (
  identity: Identity,
  action: AuditAction,
  reason: string,
  id?: string,
): AuditEvent => {
  const hospital_id = id !== undefined && reason !== 'not_found' ? id : identity.hospital_id
  return auditEvent(
    SERVICE,
    { ...identity, hospital_id },
    {
      action,
      outcome: 'failure',
      reason,
      ...(id && { entity: { type: 'hospital', id } }),
    },
  )
}
