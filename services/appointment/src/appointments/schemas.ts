import { type Static, type TLiteral, Type } from '@sinclair/typebox'

const words = <T extends string[]>(...values: [...T]) =>
  Type.Union(
    values.map((value) => Type.Literal(value)) as { [K in keyof T]: TLiteral<T[K] & string> },
  )

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
const AppointmentTypeSchema = words(...APPOINTMENT_TYPES)
export type AppointmentType = Static<typeof AppointmentTypeSchema>

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
export const AppointmentStatusSchema = words(...APPOINTMENT_STATUSES)
export type AppointmentStatus = Static<typeof AppointmentStatusSchema>
