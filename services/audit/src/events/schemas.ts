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

/** `from` and `to` bound `occurred_at`; `to` is not included. */
const FILTERS = {
  actor_id: Type.Optional(UuidSchema),
  patient_id: Type.Optional(UuidSchema),
  break_glass_id: Type.Optional(UuidSchema),
  action: Type.Optional(AuditActionSchema),
  outcome: Type.Optional(AuditOutcomeSchema),
  from: Type.Optional(InstantSchema),
  to: Type.Optional(InstantSchema),
}
const EventFilterSchema = Type.Object(FILTERS)
export type EventFilter = Static<typeof EventFilterSchema>

/** Newest first. */
export const EventListQuerySchema = Type.Object(
  { ...FILTERS, limit: PageLimitSchema, cursor: Type.Optional(CursorSchema) },
  { additionalProperties: false },
)

/** Oldest first. Without a filter it is the whole chain, as a verifier wants it. */
export const EventExportQuerySchema = Type.Object(
  {
    ...FILTERS,
    format: Type.Union([Type.Literal('ndjson'), Type.Literal('csv')], { default: 'ndjson' }),
  },
  { additionalProperties: false },
)

/** A route without parameters. */
export const NoQuerySchema = Type.Object({}, { additionalProperties: false })

export const EventPageSchema = PageSchema(RecordedEventSchema)

/**
 * `events` and `head` tell how far the chain is sound and `signed_seq` how far checkpoints vouch for it;
 * `first_bad_seq` where it is not, and `finding` why.
 */
export const VerdictSchema = Type.Object({
  ok: Type.Boolean(),
  events: Type.Integer({ minimum: 0 }),
  head: Type.Object({ seq: Type.Integer({ minimum: 0 }), hash: HashSchema }),
  signed_seq: Type.Integer({ minimum: 0 }),
  first_bad_seq: Type.Optional(Type.Integer({ minimum: 1 })),
  finding: Type.Optional(
    Type.Union(
      [
        Type.Literal('entry'),
        Type.Literal('cut_off'),
        Type.Literal('checkpoint'),
        Type.Literal('checkpoint_lost'),
      ],
      {
        description:
          'entry: not what was recorded; cut_off: missing, though the chain went on; checkpoint: not what a checkpoint says, or nobody signed that; checkpoint_lost: missing in the database or in the file outside it',
      },
    ),
  ),
})
