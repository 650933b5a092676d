import { type Static, Type } from '@sinclair/typebox'
import { InstantSchema, UuidSchema } from './formats.ts'

const strict = { additionalProperties: false }

/**
 * A hospital as other services need to know it. Consumers keep the greatest `version` they saw, so
 * that a redelivered or late event changes nothing.
 */
export const HospitalEventSchema = Type.Object(
  {
    id: UuidSchema,
    slug: Type.String({ minLength: 1, maxLength: 100 }),
    name: Type.String({ minLength: 1, maxLength: 255 }),
    is_active: Type.Boolean(),
    is_listed: Type.Boolean(),
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

/** Every domain event by its type, with the schema of its payload. */
export const DOMAIN_EVENTS = {
  'hospital.created': HospitalEventSchema,
  'hospital.updated': HospitalEventSchema,
  'hospital.suspended': HospitalEventSchema,
  'hospital.reactivated': HospitalEventSchema,
  'session.revoked': SessionRevokedSchema,
} as const
export type DomainEventType = keyof typeof DOMAIN_EVENTS
