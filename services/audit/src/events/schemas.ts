import { type Static, Type } from '@sinclair/typebox'
import {
  AuditActionSchema,
  AuditEventSchema,
  AuditOutcomeSchema,
  CursorSchema,
  InstantSchema,
  PageLimitSchema,
  PageSchema,
  UuidSchema,
} from '@wardstone/contracts'

const HashSchema = Type.String({ pattern: '^[0-9a-f]{64}$', description: 'SHA-256, hexadecimal' })

/** An event on record: what its producer told, and its place in the hospital's chain. */
const RecordedEventSchema = Type.Object({
  ...AuditEventSchema.properties,
  seq: Type.Integer({ minimum: 1 }),
  recorded_at: InstantSchema,
  prev_hash: HashSchema,
  hash: HashSchema,
})
export type RecordedEvent = Static<typeof RecordedEventSchema>

/** Newest first. `from` and `to` bound `occurred_at`; `to` is not included. */
export const EventListQuerySchema = Type.Object(
  {
    actor_id: Type.Optional(UuidSchema),
    patient_id: Type.Optional(UuidSchema),
    break_glass_id: Type.Optional(UuidSchema),
    action: Type.Optional(AuditActionSchema),
    outcome: Type.Optional(AuditOutcomeSchema),
    from: Type.Optional(InstantSchema),
    to: Type.Optional(InstantSchema),
    limit: PageLimitSchema,
    cursor: Type.Optional(CursorSchema),
  },
  { additionalProperties: false },
)
export type EventListQuery = Static<typeof EventListQuerySchema>

/** A route without parameters. */
export const NoQuerySchema = Type.Object({}, { additionalProperties: false })

export const EventPageSchema = PageSchema(RecordedEventSchema)

/** `events` and `head` tell how far the chain is sound; `first_bad_seq` where it is not, or where it was cut off. */
export const VerdictSchema = Type.Object({
  ok: Type.Boolean(),
  events: Type.Integer({ minimum: 0 }),
  head: Type.Object({ seq: Type.Integer({ minimum: 0 }), hash: HashSchema }),
  first_bad_seq: Type.Optional(Type.Integer({ minimum: 1 })),
})
