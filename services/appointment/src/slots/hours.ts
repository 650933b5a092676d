import { DAYS_OF_WEEK, type DoctorReference, type HospitalReference } from '@wardstone/contracts'
import { type Day, dayOf, daysAfter, instantOf, type Stretch, stretchOfHours } from './days.ts'

type Schedule = Pick<DoctorReference, 'available_times' | 'not_available' | 'is_available'>
type Calendar = Pick<HospitalReference, 'time_zone' | 'holidays'>

/** When a doctor works on a day, in order: not on holidays, nor while away. */
export function hoursOn(day: Day, doctor: Schedule, hospital: Calendar): Stretch[] {
  if (whyAway(day, doctor, hospital)) return []
  const dayOfWeek = DAYS_OF_WEEK[Temporal.PlainDate.from(day).dayOfWeek - 1]
  return doctor.available_times
    .filter(({ day_of_week }) => day_of_week === dayOfWeek)
    .map((hours) => stretchOfHours(day, hours, hospital.time_zone))
    .filter(({ start, end }) => Temporal.Instant.compare(start, end) < 0)
    .sort((a, b) => Temporal.Instant.compare(a.start, b.start))
}

/** Why a doctor cannot be booked from `starts_at` to `ends_at`; undefined when they can. Who has told no hours has no limits. */
export function whyUnavailable(
  { starts_at, ends_at }: { starts_at: string; ends_at: string },
  doctor: Schedule,
  hospital: Calendar,
): string | undefined {
  if (!doctor.is_available) return 'The doctor takes no new appointments'
  const day = dayOf(starts_at, hospital.time_zone)
  const away = whyAway(day, doctor, hospital)
  if (away || doctor.available_times.length === 0) return away
  const [start, end] = [instantOf(starts_at), instantOf(ends_at)]
  const days = [day, daysAfter(day, 1)].flatMap((each) => hoursOn(each, doctor, hospital))
  const fits = joined(days).some(
    (hours) =>
      Temporal.Instant.compare(hours.start, start) <= 0 &&
      Temporal.Instant.compare(end, hours.end) <= 0,
  )
  return fits ? undefined : 'The time is outside the hours of the doctor'
}

/** Hours that touch are one stretch: a visit may go through noon, and through midnight. */
function joined(hours: readonly Stretch[]): Stretch[] {
  const all: Stretch[] = []
  for (const { start, end } of hours) {
    const last = all.at(-1)
    if (last && Temporal.Instant.compare(start, last.end) <= 0) last.end = end
    else all.push({ start, end })
  }
  return all
}

function whyAway(day: Day, doctor: Schedule, hospital: Calendar): string | undefined {
  if (hospital.holidays.includes(day)) return 'The hospital has a holiday on that day'
  const isAway = doctor.not_available.some(
    ({ starts_on, ends_on }) => starts_on <= day && day <= ends_on,
  )
  return isAway ? 'The doctor is away on that day' : undefined
}
