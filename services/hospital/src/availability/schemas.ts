import { type Static, Type } from '@sinclair/typebox'
import { AvailableTimeSchema } from '@wardstone/contracts'
import { expectedVersion, strict } from '../records/schemas.ts'

const slot_minutes = Type.Integer({
  minimum: 5,
  maximum: 480,
  description: 'how long an appointment takes unless said otherwise',
})

/** PUT: when a doctor works, every week. */
export const AvailabilityReplacementSchema = Type.Object(
  {
    slot_minutes,
    available_times: Type.Array(AvailableTimeSchema, { maxItems: 70 }),
    ...expectedVersion,
  },
  strict,
)
export type AvailabilityReplacement = Static<typeof AvailabilityReplacementSchema>

/** When a doctor works, every week, by the hospital's clock; `version` is the doctor's. */
export const AvailabilitySchema = Type.Object(
  { slot_minutes, available_times: Type.Array(AvailableTimeSchema), version: Type.Integer() },
  { $id: 'Availability' },
)
