import { invalidTransition } from '../errors.ts'
import type { AppointmentStatus } from './schemas.ts'

/**
 * What an appointment can become: HL7 FHIR R4 AppointmentStatus, of which `scheduled` and `confirmed`
 * are `booked`, and `in_progress` and `completed` are `fulfilled`. Who did not come and comes late is
 * checked in after all. `completed` and `cancelled` are final.
 */
const TRANSITIONS: Readonly<Record<AppointmentStatus, readonly AppointmentStatus[]>> = {
  scheduled: ['confirmed', 'checked_in', 'cancelled', 'no_show'],
  confirmed: ['checked_in', 'cancelled', 'no_show'],
  checked_in: ['in_progress', 'completed', 'cancelled'],
  in_progress: ['completed'],
  no_show: ['checked_in'],
  completed: [],
  cancelled: [],
}

/** How an appointment is now. */
interface Current {
  status: AppointmentStatus
  starts_at: string
}

/** The moment, and whether it is on the day of the appointment. */
interface Clock {
  now: Date
  isItsDay: boolean
}

/** What it can become now: nobody has not come before it begins, and who is late comes on the same day. */
function allowedFrom({ status, starts_at }: Current, { now, isItsDay }: Clock) {
  return TRANSITIONS[status].filter((to) => {
    if (to === 'no_show') return new Date(starts_at) <= now
    return status !== 'no_show' || isItsDay
  })
}

/** @throws problem 409 `invalid_transition`, which names what it can become */
export function checkTransition(current: Current, to: AppointmentStatus, clock: Clock): void {
  const allowed = allowedFrom(current, clock)
  if (!allowed.includes(to)) throw invalidTransition(current.status, to, allowed)
}

/** Whether time, doctor and place can still be changed. */
export function isMovable(status: AppointmentStatus): boolean {
  return status === 'scheduled' || status === 'confirmed'
}
