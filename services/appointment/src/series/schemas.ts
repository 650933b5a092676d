import { type Static, Type } from '@sinclair/typebox'
import { UuidSchema } from '@wardstone/contracts'
import {
  AppointmentPatchSchema,
  AppointmentSchema,
  NewAppointmentSchema,
} from '../appointments/schemas.ts'

const strict = { additionalProperties: false }

/** How an appointment repeats (RFC 5545 FREQ, INTERVAL and COUNT), at the same time by the hospital's clock. */
const RecurrenceSchema = Type.Object(
  {
    frequency: Type.Union([Type.Literal('daily'), Type.Literal('weekly'), Type.Literal('monthly')]),
    interval: Type.Integer({ minimum: 1, maximum: 12, default: 1 }),
    count: Type.Integer({ minimum: 2, maximum: 52 }),
  },
  strict,
)
export type Recurrence = Static<typeof RecurrenceSchema>

/** The first appointment of a series, and how it repeats. */
export const NewSeriesSchema = Type.Object(
  { ...NewAppointmentSchema.properties, recurrence: RecurrenceSchema },
  strict,
)
export type NewSeries = Static<typeof NewSeriesSchema>

/** The appointments of a series that were made or changed, in order. */
export const SeriesSchema = Type.Object({
  series_id: UuidSchema,
  results: Type.Array(AppointmentSchema),
})
export type Series = Static<typeof SeriesSchema>

const ScopeSchema = Type.Union([Type.Literal('this_and_later'), Type.Literal('all')])

const { version, ...patched } = AppointmentPatchSchema.properties

/** What changes in this appointment and in others of its series; a new `starts_at` is this one's, the others move by as much. `version` is this one's. */
export const SeriesPatchSchema = Type.Object(
  { scope: ScopeSchema, ...patched, version },
  { ...strict, minProperties: 2 },
)
export type SeriesPatch = Static<typeof SeriesPatchSchema>

export const SeriesCancellationSchema = Type.Object(
  { scope: ScopeSchema, reason: Type.Optional(patched.reason), version },
  strict,
)
export type SeriesCancellation = Static<typeof SeriesCancellationSchema>
