import { type Static, Type } from '@sinclair/typebox'
import {
  CursorSchema,
  DateSchema,
  InstantSchema,
  line,
  PageLimitSchema,
  PageSchema,
  UuidSchema,
} from '@wardstone/contracts'
import { strict } from '../records/schemas.ts'

/** A day on which the whole hospital is closed. */
export const NewHolidaySchema = Type.Object({ date: DateSchema, name: line(200) }, strict)
export type NewHoliday = Static<typeof NewHolidaySchema>

/** A holiday, as the wire and the rows have it. */
export const HolidaySchema = Type.Object(
  { id: UuidSchema, date: DateSchema, name: Type.String(), created_at: InstantSchema },
  { $id: 'Holiday' },
)
export type Holiday = Static<typeof HolidaySchema>

export const HolidayPageSchema = PageSchema(HolidaySchema)

/** Those from `from` to `to`, the first ones first. */
export const HolidayListQuerySchema = Type.Object(
  {
    from: Type.Optional(DateSchema),
    to: Type.Optional(DateSchema),
    limit: PageLimitSchema,
    cursor: Type.Optional(CursorSchema),
  },
  strict,
)
export type HolidayListQuery = Static<typeof HolidayListQuerySchema>
