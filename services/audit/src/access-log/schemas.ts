import { type Static, Type } from '@sinclair/typebox'
import {
  AuditOutcomeSchema,
  CursorSchema,
  InstantSchema,
  nullable,
  PageLimitSchema,
  PageSchema,
  UuidSchema,
} from '@wardstone/contracts'

export const AccessLogParamsSchema = Type.Object(
  { id: UuidSchema },
  { additionalProperties: false },
)

/** Newest first. */
export const AccessLogQuerySchema = Type.Object(
  { limit: PageLimitSchema, cursor: Type.Optional(CursorSchema) },
  { additionalProperties: false },
)

/** One access in words that the patient can be given. */
const AccessSchema = Type.Object({
  occurred_at: InstantSchema,
  who: Type.Object({
    name: nullable(Type.String({ description: 'what they sign in as; null for nobody signed in' })),
    role: Type.String(),
  }),
  what: Type.String(),
  outcome: AuditOutcomeSchema,
  changed: Type.Optional(
    Type.Array(Type.String(), { description: 'what was changed, not to what' }),
  ),
  why: nullable(Type.String({ description: 'the reason that had to be given, where one had to' })),
})
export type Access = Static<typeof AccessSchema>

export const AccessLogPageSchema = PageSchema(AccessSchema)
