import { type Static, Type } from '@sinclair/typebox'
import { DateSchema, InstantSchema, UuidSchema } from '@wardstone/contracts'

const strict = { additionalProperties: false }

/** `from` and `to` are days of the hospital's calendar, both included, or the days that instants fall on: a week from today unless said. */
export const SlotsQuerySchema = Type.Object(
  {
    doctor_id: UuidSchema,
    from: Type.Optional(Type.Union([DateSchema, InstantSchema])),
    to: Type.Optional(Type.Union([DateSchema, InstantSchema])),
    duration_minutes: Type.Optional(Type.Integer({ minimum: 5, maximum: 480 })),
  },
  strict,
)
export type SlotsQuery = Static<typeof SlotsQuerySchema>

/** The times of a doctor that can be booked, in order. */
export const SlotsSchema = Type.Object({
  doctor_id: UuidSchema,
  time_zone: Type.String(),
  duration_minutes: Type.Integer(),
  results: Type.Array(
    Type.Object({
      starts_at: InstantSchema,
      ends_at: InstantSchema,
    }),
  ),
})
