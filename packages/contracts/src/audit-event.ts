import { type Static, Type } from '@sinclair/typebox'
import { ReasonCodeSchema } from './break-glass.ts'
import { InstantSchema, nullable, UuidSchema } from './formats.ts'
import { CallerRoleSchema } from './permissions.ts'

/** What happened. Stored events hold these words under their hash, so none is ever renamed. */
export const AUDIT_ACTIONS = [
  'auth.login',
  'auth.login_failed',
  'auth.logout',
  'auth.password_changed',
  'auth.refresh_reused',
  'auth.session_ended',
  'auth.switched',
  'auth.throttled',
  'break_glass.opened',
  'user.invitation_withdrawn',
  'user.invited',
  'user.joined',
  'user.listed',
  'user.read',
  'user.registered',
  'user.updated',
  'hospital.created',
  'hospital.updated',
  'hospital.suspended',
  'hospital.reactivated',
  'patient.created',
  'patient.read',
  'patient.listed',
  'patient.searched',
  'patient.stats_read',
  'patient.updated',
  'patient.deactivated',
  'patient.reactivated',
  'patient.exported',
  'patient.imported',
  'patient.import_read',
  'department.created',
  'department.updated',
  'department.deactivated',
  'department.reactivated',
  'doctor.created',
  'doctor.updated',
  'doctor.deactivated',
  'doctor.reactivated',
  'doctor.schedule_updated',
  'holiday.created',
  'holiday.removed',
  'appointment.created',
  'appointment.read',
  'appointment.listed',
  'appointment.searched',
  'appointment.stats_read',
  'appointment.updated',
  'appointment.moved',
  'appointment.status_changed',
  'appointment.cancelled',
  'access.denied',
  'security.hospital_mismatch',
  'audit.read',
] as const
export const AuditActionSchema = Type.Union(AUDIT_ACTIONS.map((action) => Type.Literal(action)))
export type AuditAction = (typeof AUDIT_ACTIONS)[number]

/** `success`; `denied` by a rule; `failure` for what was allowed but did not happen. */
export const AuditOutcomeSchema = Type.Union([
  Type.Literal('success'),
  Type.Literal('denied'),
  Type.Literal('failure'),
])

/**
 * One access, as its producer tells it (the fields of FHIR R4 AuditEvent that an event can hold
 * without PHI): who, what, on what, when, where. Names of changed fields, never their values.
 */
export const AuditEventSchema = Type.Object(
  {
    id: UuidSchema,
    occurred_at: InstantSchema,
    hospital_id: nullable(UuidSchema),
    service: Type.String({ minLength: 1, maxLength: 40 }),
    action: AuditActionSchema,
    outcome: AuditOutcomeSchema,
    reason: Type.Optional(Type.String({ maxLength: 200 })),
    actor: Type.Object(
      {
        id: nullable(UuidSchema),
        username: nullable(Type.String({ maxLength: 2048 })),
        role: CallerRoleSchema,
        session_id: nullable(UuidSchema),
        ip: Type.String({ maxLength: 64 }),
        user_agent: nullable(Type.String({ maxLength: 256 })),
      },
      { additionalProperties: false },
    ),
    entity: Type.Optional(
      Type.Object(
        { type: Type.String({ maxLength: 40 }), id: Type.String({ maxLength: 64 }) },
        { additionalProperties: false },
      ),
    ),
    patient_ids: Type.Optional(Type.Array(UuidSchema, { maxItems: 200 })),
    changed_fields: Type.Optional(Type.Array(Type.String({ maxLength: 64 }), { maxItems: 100 })),
    break_glass: Type.Optional(
      Type.Object(
        { id: UuidSchema, reason_code: ReasonCodeSchema },
        { additionalProperties: false, description: 'the access was under a broken glass' },
      ),
    ),
    request_id: UuidSchema,
  },
  { additionalProperties: false },
)
export type AuditEvent = Static<typeof AuditEventSchema>

/** The payload of every message on `audit.>`: one event, or the grouped reads of one hospital. */
export const AuditMessageSchema = Type.Object(
  { events: Type.Array(AuditEventSchema, { minItems: 1, maxItems: 500 }) },
  { additionalProperties: false },
)
export type AuditMessage = Static<typeof AuditMessageSchema>
