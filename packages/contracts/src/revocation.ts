import { type Static, Type } from '@sinclair/typebox'
import { InstantSchema, nullable, UuidSchema } from './formats.ts'

const strict = { additionalProperties: false }

/**
 * Access tokens that are refused before they expire: all of a session's; those of a hospital issued
 * up to `revoked_at`; those of a membership with a `membership_version` below `version`. After
 * `expires_at` the entry is needless, the tokens are over.
 */
export const RevocationSchema = Type.Union([
  Type.Object(
    {
      kind: Type.Union([Type.Literal('session'), Type.Literal('hospital')]),
      id: UuidSchema,
      revoked_at: InstantSchema,
      expires_at: InstantSchema,
    },
    strict,
  ),
  Type.Object(
    {
      kind: Type.Literal('membership'),
      /** The account. */
      id: UuidSchema,
      hospital_id: nullable(UuidSchema),
      version: Type.Integer({ minimum: 1 }),
      expires_at: InstantSchema,
    },
    strict,
  ),
])
export type Revocation = Static<typeof RevocationSchema>

/** What the auth service answers at `/internal/revocations`. */
export const RevocationsSchema = Type.Object({ revocations: Type.Array(RevocationSchema) })

/** What the hospital service answers at `/internal/suspensions`. */
export const SuspensionsSchema = Type.Object({
  suspended: Type.Array(Type.Object({ hospital_id: UuidSchema, suspended_at: InstantSchema })),
})
