import { type Static, type TLiteral, Type } from '@sinclair/typebox'
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

const words = <const T extends readonly string[]>(values: T) =>
  Type.Union(values.map((value) => Type.Literal(value)) as TLiteral<T[number]>[])

/** What an appointment is for. */
export const APPOINTMENT_TYPES = [
  'consultation',
  'follow_up',
  'emergency',
  'routine_checkup',
  'surgery',
  'lab_test',
  'imaging',
  'therapy',
] as const
const AppointmentTypeSchema = words(APPOINTMENT_TYPES)
export type AppointmentType = (typeof APPOINTMENT_TYPES)[number]

/** How far an appointment is. */
export const APPOINTMENT_STATUSES = [
  'scheduled',
  'confirmed',
  'checked_in',
  'in_progress',
  'completed',
  'cancelled',
  'no_show',
] as const
const AppointmentStatusSchema = words(APPOINTMENT_STATUSES)
export type AppointmentStatus = (typeof APPOINTMENT_STATUSES)[number]

const strict = { additionalProperties: false }
const optional = <T extends Parameters<typeof Type.Union>[0][number]>(schema: T) =>
  Type.Optional(nullable(schema))

/** As the slots of doctors are: up to a working day. */
const DurationSchema = Type.Integer({ minimum: 5, maximum: 480, description: 'minutes' })
const REASON = line(500)

const bookable = {
  doctor_id: UuidSchema,
  starts_at: InstantSchema,
}
const editable = {
  duration_minutes: Type.Optional(DurationSchema),
  department_id: optional(UuidSchema),
  type: Type.Optional(AppointmentTypeSchema),
  reason: optional(REASON),
  notes: optional(Type.String({ maxLength: 5000 })),
}
const confirmation = {
  confirm_unavailable: Type.Optional(
    Type.Boolean({ description: 'book though the doctor does not work then' }),
  ),
}

/** `version` in a body says the same as `If-Match`. */
const expectedVersion = { version: Type.Optional(Type.Integer({ minimum: 1 })) }

/** A new appointment: a slot of the doctor and a consultation unless said. */
export const NewAppointmentSchema = Type.Object(
  { patient_id: UuidSchema, ...bookable, ...editable, ...confirmation },
  strict,
)
export type NewAppointment = Static<typeof NewAppointmentSchema>

/** PUT: every field but the patient's; what is absent is emptied, or as it is in a new appointment. */
export const AppointmentReplacementSchema = Type.Object(
  { ...bookable, ...editable, ...confirmation, ...expectedVersion },
  strict,
)
export type AppointmentReplacement = Static<typeof AppointmentReplacementSchema>

/** PATCH: a JSON merge patch (RFC 7396). Another time or doctor moves the appointment. */
export const AppointmentPatchSchema = Type.Object(
  {
    ...Type.Partial(Type.Object(bookable)).properties,
    ...editable,
    ...confirmation,
    ...expectedVersion,
  },
  { ...strict, minProperties: 1 },
)
export type AppointmentPatch = Static<typeof AppointmentPatchSchema>

/** An appointment, as the wire and the rows have it. */
export const AppointmentSchema = Type.Object(
  {
    id: UuidSchema,
    patient_id: UuidSchema,
    patient_name: Type.String(),
    patient_mrn: Type.String(),
    doctor_id: UuidSchema,
    doctor_name: Type.String(),
    department_id: nullable(UuidSchema),
    starts_at: InstantSchema,
    ends_at: InstantSchema,
    duration_minutes: Type.Integer(),
    type: AppointmentTypeSchema,
    status: AppointmentStatusSchema,
    reason: nullable(Type.String()),
    notes: nullable(Type.String()),
    series_id: nullable(UuidSchema),
    queue_number: nullable(
      Type.Integer({
        description: 'drawn at the check-in: the place in the doctor’s line that day',
      }),
    ),
    created_at: InstantSchema,
    updated_at: InstantSchema,
    version: Type.Integer(),
  },
  { $id: 'Appointment' },
)
export type Appointment = Static<typeof AppointmentSchema>

export const AppointmentPageSchema = PageSchema(AppointmentSchema)
export const AppointmentParamsSchema = Type.Object({ id: UuidSchema }, strict)

/** The states that an appointment was in, the first one first. */
export const AppointmentHistorySchema = Type.Object({
  results: Type.Array(
    Type.Object({
      version: Type.Integer(),
      status: AppointmentStatusSchema,
      doctor_id: UuidSchema,
      starts_at: InstantSchema,
      ends_at: InstantSchema,
      reason: nullable(Type.String()),
      changed_by: UuidSchema,
      changed_at: InstantSchema,
    }),
  ),
})

export const TransitionSchema = Type.Object(
  { to: AppointmentStatusSchema, reason: Type.Optional(REASON), ...expectedVersion },
  strict,
)
export type Transition = Static<typeof TransitionSchema>

const filters = {
  doctor_id: Type.Optional(UuidSchema),
  patient_id: Type.Optional(UuidSchema),
  department_id: Type.Optional(UuidSchema),
  status: Type.Optional(AppointmentStatusSchema),
  type: Type.Optional(AppointmentTypeSchema),
}
const paging = {
  limit: PageLimitSchema,
  cursor: Type.Optional(CursorSchema),
  count: Type.Boolean({ default: false }),
}

/** An instant, or a day of the hospital’s calendar. */
const MomentSchema = Type.Union([InstantSchema, DateSchema])

const ORDERINGS = ['starts_at', '-starts_at', 'created_at', '-created_at'] as const

export const AppointmentListQuerySchema = Type.Object(
  {
    ...filters,
    from: Type.Optional(MomentSchema),
    to: Type.Optional(MomentSchema),
    series_id: Type.Optional(UuidSchema),
    ordering: Type.Union(
      ORDERINGS.map((ordering) => Type.Literal(ordering)),
      { default: '-starts_at' },
    ),
    ...paging,
  },
  strict,
)
export type AppointmentListQuery = Static<typeof AppointmentListQuerySchema>

/** `GET /today` and `/upcoming`: in the order of time. */
export const AgendaQuerySchema = Type.Object({ ...filters, ...paging }, strict)
export type AgendaQuery = Static<typeof AgendaQuerySchema>

export const AppointmentSearchSchema = Type.Object(
  {
    q: Type.String({ minLength: 2, maxLength: 200, pattern: '\\S.*\\S' }),
    limit: PageLimitSchema,
    cursor: Type.Optional(CursorSchema),
  },
  strict,
)
export type AppointmentSearch = Static<typeof AppointmentSearchSchema>

const counts = (names: readonly string[]) =>
  Type.Object(Object.fromEntries(names.map((name) => [name, Type.Integer()])))

export const AppointmentStatsSchema = Type.Object({
  total: Type.Integer(),
  today: Type.Integer({ description: 'of the hospital’s day, but the cancelled' }),
  upcoming: Type.Integer({ description: 'scheduled and confirmed ones that are to come' }),
  by_status: counts(APPOINTMENT_STATUSES),
  by_type: counts(APPOINTMENT_TYPES),
})
export type AppointmentStats = Static<typeof AppointmentStatsSchema>
