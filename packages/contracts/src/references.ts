import { type Static, Type } from '@sinclair/typebox'
import { DateSchema, nullable, UuidSchema } from './formats.ts'

const strict = { additionalProperties: false }

/** A time of day of the hospital's clock, `HH:MM`; an end may be `24:00`. */
export const TimeOfDaySchema = Type.String({
  pattern: '^(([01]\\d|2[0-3]):[0-5]\\d|24:00)$',
  minLength: 5,
  maxLength: 5,
})

/** FHIR R4 DaysOfWeek, in the order of ISO 8601. */
export const DAYS_OF_WEEK = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'] as const
export const DayOfWeekSchema = Type.Union(DAYS_OF_WEEK.map((day) => Type.Literal(day)))
export type DayOfWeek = (typeof DAYS_OF_WEEK)[number]

/** Hours of one day of every week (FHIR R4 PractitionerRole.availableTime). */
export const AvailableTimeSchema = Type.Object(
  {
    day_of_week: DayOfWeekSchema,
    start_time: TimeOfDaySchema,
    end_time: TimeOfDaySchema,
  },
  strict,
)
export type AvailableTime = Static<typeof AvailableTimeSchema>

/** Days without hours (FHIR R4 PractitionerRole.notAvailable): whole ones, both ends included. */
export const NotAvailableSchema = Type.Object(
  { starts_on: DateSchema, ends_on: DateSchema },
  strict,
)
export type NotAvailable = Static<typeof NotAvailableSchema>

// Not strict: who reads an answer takes one that says more.

/** A patient as other services need to know one: `GET /internal/patients?ids=…`. */
export const PatientReferenceSchema = Type.Object({
  id: UuidSchema,
  mrn: Type.String(),
  first_name: Type.String(),
  last_name: Type.String(),
  is_active: Type.Boolean(),
  is_restricted: Type.Boolean({ description: 'what is said of them is for few' }),
  version: Type.Integer({ minimum: 1 }),
})
export type PatientReference = Static<typeof PatientReferenceSchema>

/** A doctor as other services need to know one, with when they work: `GET /internal/doctors?ids=…`. */
export const DoctorReferenceSchema = Type.Object({
  id: UuidSchema,
  first_name: Type.String(),
  last_name: Type.String(),
  department_id: nullable(UuidSchema),
  is_active: Type.Boolean(),
  is_available: Type.Boolean({ description: 'false: takes no new appointments' }),
  slot_minutes: Type.Integer({ minimum: 5, maximum: 480 }),
  available_times: Type.Array(AvailableTimeSchema),
  not_available: Type.Array(NotAvailableSchema),
  version: Type.Integer({ minimum: 1 }),
})
export type DoctorReference = Static<typeof DoctorReferenceSchema>

/** The clock and the calendar of the hospital: `GET /internal/hospital`. */
export const HospitalReferenceSchema = Type.Object({
  id: UuidSchema,
  time_zone: Type.String(),
  holidays: Type.Array(DateSchema, { description: 'from yesterday on, in order' }),
  department_ids: Type.Array(UuidSchema, { description: 'of the open departments, in order' }),
  version: Type.Integer({ minimum: 1 }),
})
export type HospitalReference = Static<typeof HospitalReferenceSchema>

const UUID = '[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}'

/** The query of `GET /internal/patients` and `/internal/doctors`: ids, separated by commas. */
export const ReferenceQuerySchema = Type.Object(
  {
    ids: Type.String({
      pattern: `^${UUID}(,${UUID}){0,99}$`,
      maxLength: 3699,
    }),
  },
  strict,
)

/** Those of the ids that the hospital has. */
export const PatientReferencesSchema = Type.Object({ results: Type.Array(PatientReferenceSchema) })
export const DoctorReferencesSchema = Type.Object({ results: Type.Array(DoctorReferenceSchema) })
