import { type Static, Type } from '@sinclair/typebox'
import { InstantSchema, UuidSchema } from './formats.ts'

/**
 * Access tokens that are refused before they expire: all of a session's, or those of a hospital
 * issued up to `revoked_at`. After `expires_at` the entry is needless, the tokens are over.
 */
export const RevocationSchema = Type.Object(
  {
    kind: Type.Union([Type.Literal('session'), Type.Literal('hospital')]),
    id: UuidSchema,
    revoked_at: InstantSchema,
    expires_at: InstantSchema,
  },
  { additionalProperties: false },
)
export type Revocation = Static<typeof RevocationSchema>

/** What the auth service answers at `/internal/revocations`. */
export const RevocationsSchema = Type.Object({ revocations: Type.Array(RevocationSchema) })

/** What the hospital service answers at `/internal/suspensions`. */
export const SuspensionsSchema = Type.Object({
  suspended: Type.Array(Type.Object({ hospital_id: UuidSchema, suspended_at: InstantSchema })),
})
