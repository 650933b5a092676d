import type { DoctorReference, HospitalReference } from '@wardstone/contracts'
import { type Day, instantOf, type Stretch, textOf } from './days.ts'
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
  const busy = taken.map(({ starts_at, ends_at }) => ({
    start: instantOf(starts_at),
    end: instantOf(ends_at),
  }))
  const from = instantOf(now)
  return days
    .flatMap((day) => hoursOn(day, doctor, hospital))
    .flatMap((hours) => slotsIn(hours, minutes))
    .filter((slot) => Temporal.Instant.compare(from, slot.start) <= 0)
    .filter((slot) => !busy.some((other) => overlap(slot, other)))
    .map(({ start, end }) => ({ starts_at: textOf(start), ends_at: textOf(end) }))
}

function slotsIn({ start, end }: Stretch, minutes: number): Stretch[] {
  const slots: Stretch[] = []
  for (
    let slot = { start, end: start.add({ minutes }) };
    Temporal.Instant.compare(slot.end, end) <= 0;
    slot = { start: slot.end, end: slot.end.add({ minutes }) }
  ) {
    slots.push(slot)
  }
  return slots
}

function overlap(one: Stretch, other: Stretch): boolean {
  return (
    Temporal.Instant.compare(one.start, other.end) < 0 &&
    Temporal.Instant.compare(other.start, one.end) < 0
  )
}
