import type { DoctorReference, HospitalReference } from '@wardstone/contracts'
import type { Day } from './days.ts'
import { hoursOn } from './hours.ts'

/** A time that can be booked. */
export interface Slot {
  starts_at: string
  ends_at: string
}

interface Question {
  days: readonly Day[]
  minutes: number
  doctor: DoctorReference
  hospital: HospitalReference
  /** What the doctor has already, in order of time. */
  taken: readonly { starts_at: string; ends_at: string }[]
  /** What begins before is no longer offered. */
  now: Date
}

/** The free slots of a doctor: their hours of each day, one slot after the other, without what is taken. */
export function freeSlots({ days, minutes, doctor, hospital, taken, now }: Question): Slot[] {
  if (!doctor.is_active || !doctor.is_available) return []
  const busy = taken.map(({ starts_at, ends_at }) => [Date.parse(starts_at), Date.parse(ends_at)])
  const free: Slot[] = []
  let next = 0
  // Both are in order of time, so that one look at each is enough.
  for (const hours of days.flatMap((day) => hoursOn(day, doctor, hospital))) {
    const length = minutes * 60_000
    const last = hours.end.epochMilliseconds - length
    for (let start = hours.start.epochMilliseconds; start <= last; start += length) {
      while ((busy[next]?.[1] ?? Number.POSITIVE_INFINITY) <= start) next += 1
      const isTaken = (busy[next]?.[0] ?? Number.POSITIVE_INFINITY) < start + length
      if (start >= now.getTime() && !isTaken) free.push(slot(start, start + length))
    }
  }
  return free
}

function slot(start: number, end: number): Slot {
  return { starts_at: new Date(start).toISOString(), ends_at: new Date(end).toISOString() }
}
