import { type Static, Type } from '@sinclair/typebox'
import {
  CursorSchema,
  DateSchema,
  InstantSchema,
  line,
  nullable,
  PageLimitSchema,
  PageSchema,
  UuidSchema,
} from '@wardstone/contracts'
import { optional, strict } from '../records/schemas.ts'

const kind = Type.Union([
  Type.Literal('leave'),
  Type.Literal('holiday'),
  Type.Literal('training'),
  Type.Literal('other'),
])

/** Whole days on which a doctor is away, both ends included. */
export const NewAbsenceSchema = Type.Object(
  { kind, starts_on: DateSchema, ends_on: DateSchema, note: optional(line(500)) },
  strict,
)
export type NewAbsence = Static<typeof NewAbsenceSchema>

/** An exception of a doctor's week, as the wire and the rows have it. */
export const AbsenceSchema = Type.Object(
  {
    id: UuidSchema,
    doctor_id: UuidSchema,
    kind,
    starts_on: DateSchema,
    ends_on: DateSchema,
    note: nullable(Type.String()),
    created_at: InstantSchema,
  },
  { $id: 'Absence' },
)
export type Absence = Static<typeof AbsenceSchema>

export const AbsencePageSchema = PageSchema(AbsenceSchema)

export const AbsenceParamsSchema = Type.Object({ id: UuidSchema, exception_id: UuidSchema }, strict)

/** Those that touch the days from `from` to `to`, the first ones first. */
export const AbsenceListQuerySchema = Type.Object(
  {
    from: Type.Optional(DateSchema),
    to: Type.Optional(DateSchema),
    limit: PageLimitSchema,
    cursor: Type.Optional(CursorSchema),
  },
  strict,
)
export type AbsenceListQuery = Static<typeof AbsenceListQuerySchema>
