import { type Static, Type } from '@sinclair/typebox'
import { EmailSchema, InstantSchema, nullable, UuidSchema } from './formats.ts'

const strict = { additionalProperties: false }

/** Text that a door has bounded already, counting characters; here, in NFC and in UTF-16, it may be longer. */
const storedText = Type.String({ minLength: 1, maxLength: 2048 })

/**
 * A hospital as other services need to know it. Consumers keep the greatest `version` they saw, so
 * that a redelivered or late event changes nothing.
 */
export const HospitalEventSchema = Type.Object(
  {
    id: UuidSchema,
    slug: Type.String({ minLength: 1, maxLength: 100 }),
    name: storedText,
    is_active: Type.Boolean(),
    is_listed: Type.Boolean(),
    time_zone: Type.Optional(Type.String({ minLength: 1, maxLength: 64 })),
    version: Type.Integer({ minimum: 1 }),
    occurred_at: InstantSchema,
  },
  strict,
)
export type HospitalEvent = Static<typeof HospitalEventSchema>

/** A session ended before its time: its access tokens are refused until `expires_at`, when the last one is over. */
export const SessionRevokedSchema = Type.Object(
  { session_id: UuidSchema, revoked_at: InstantSchema, expires_at: InstantSchema },
  strict,
)
export type SessionRevoked = Static<typeof SessionRevokedSchema>

/**
 * A member's role or status changed: access tokens with a `membership_version` below `version` are
 * refused until `expires_at`, when the last one is over. `hospital_id` is null for the platform's.
 */
export const MembershipChangedSchema = Type.Object(
  {
    account_id: UuidSchema,
    hospital_id: nullable(UuidSchema),
    version: Type.Integer({ minimum: 1 }),
    expires_at: InstantSchema,
  },
  strict,
)
export type MembershipChanged = Static<typeof MembershipChangedSchema>

/**
 * The first administrator of a new hospital is invited. `code_hash` is the SHA-256 of the invitation's
 * code, in hexadecimal; the rest is what the invited person may leave out when they register.
 */
export const InvitationCreatedSchema = Type.Object(
  {
    id: UuidSchema,
    hospital_id: UuidSchema,
    invited_by: UuidSchema,
    code_hash: Type.String({ pattern: '^[0-9a-f]{64}$' }),
    username: storedText,
    email: EmailSchema,
    first_name: storedText,
    last_name: storedText,
    expires_at: InstantSchema,
  },
  strict,
)
export type InvitationCreated = Static<typeof InvitationCreatedSchema>

/**
 * A patient or a doctor changed. Only what others must know at once: names do not travel, who needs
 * them asks the owning service by id. Consumers keep the greatest `version` they saw.
 */
export const RecordEventSchema = Type.Object(
  {
    id: UuidSchema,
    hospital_id: UuidSchema,
    is_active: Type.Boolean(),
    version: Type.Integer({ minimum: 1 }),
    occurred_at: InstantSchema,
  },
  strict,
)
export type RecordEvent = Static<typeof RecordEventSchema>

/** Every domain event by its type, with the schema of its payload. */
export const DOMAIN_EVENTS = {
  'doctor.created': RecordEventSchema,
  'doctor.updated': RecordEventSchema,
  'doctor.deactivated': RecordEventSchema,
  'doctor.reactivated': RecordEventSchema,
  'hospital.created': HospitalEventSchema,
  'hospital.updated': HospitalEventSchema,
  'hospital.suspended': HospitalEventSchema,
  'hospital.reactivated': HospitalEventSchema,
  'invitation.created': InvitationCreatedSchema,
  'membership.changed': MembershipChangedSchema,
  'patient.created': RecordEventSchema,
  'patient.updated': RecordEventSchema,
  'patient.deactivated': RecordEventSchema,
  'patient.reactivated': RecordEventSchema,
  'session.revoked': SessionRevokedSchema,
} as const
export type DomainEventType = keyof typeof DOMAIN_EVENTS
