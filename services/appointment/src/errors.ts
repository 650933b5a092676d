import { problem } from '@wardstone/service'
import type { AppointmentStatus } from './appointments/schemas.ts'

/** The same bytes for an appointment that is not there and for another hospital's. */
export const appointmentNotFound = () => problem(404, 'not_found', 'Not found')

/** A patient or doctor in a body who is not there, or another hospital's: the same bytes. */
export const referenceNotFound = (field: 'patient_id' | 'doctor_id', message: string) =>
  problem(404, 'not_found', 'Not found', { errors: [{ pointer: `/${field}`, message }] })

/** `If-Match` or `version` is not the record's: somebody else changed it first. */
export const staleAppointment = (version: number) =>
  problem(412, 'stale', 'The appointment was changed by somebody else; read it again', { version })

/** The doctor or the patient has another appointment at that time. */
export const slotTaken = (who: 'doctor' | 'patient', starts_at: string) =>
  problem(409, 'slot_taken', `The ${who} has another appointment at that time`, { who, starts_at })

/** A deactivated patient or doctor gets no new appointments. */
export const inactive = (who: 'patient' | 'doctor') =>
  problem(409, `${who}_inactive`, `The ${who} is deactivated; reactivate the record first`)

/** Not the doctor's hours; a person may decide otherwise. */
export const doctorUnavailable = (starts_at: string, why: string) =>
  problem(
    409,
    'doctor_unavailable',
    `${why}; send "confirm_unavailable": true to book all the same`,
    { starts_at },
  )

/** The status table has no such move. */
export const invalidTransition = (
  from: AppointmentStatus,
  to: AppointmentStatus,
  allowed: readonly AppointmentStatus[],
) =>
  problem(
    409,
    'invalid_transition',
    allowed.length > 0
      ? `An appointment that is ${from} cannot become ${to}; it can become ${allowed.join(', ')}`
      : `An appointment that is ${from} stays so`,
    { from, to, allowed },
  )

/** What is under way or over keeps its time, doctor and place. */
export const cannotMove = (status: AppointmentStatus) =>
  problem(
    409,
    'cannot_move',
    `An appointment that is ${status} cannot be moved; only scheduled and confirmed ones can`,
    { from: status },
  )

/** Only appointments of a series have others to be changed with. */
export const notOfSeries = () =>
  problem(409, 'not_of_series', 'The appointment is not one of a series; change it alone')

/** A value of the right shape that cannot be meant. */
export const invalidField = (field: string, message: string) =>
  problem(400, 'validation_failed', 'Some fields are not valid', {
    errors: [{ pointer: `/${field}`, message }],
  })

/** Somebody we have not heard of, and the service that knows does not answer. */
export const ownerAway = (cause: unknown) => {
  const away = problem(
    503,
    'unavailable',
    'The service is not available; try again',
    {},
    { 'retry-after': '1' },
  )
  away.cause = cause
  return away
}
