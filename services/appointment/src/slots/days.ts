/** A day of a hospital's calendar, `YYYY-MM-DD`. */
export type Day = string

/** The half-open stretch of time that something takes: `[start, end)`. */
export interface Stretch {
  start: Temporal.Instant
  end: Temporal.Instant
}

/** The day that `instant` falls on by the clock of `timeZone`. */
export function dayOf(instant: string | Date, timeZone: string): Day {
  return instantOf(instant).toZonedDateTimeISO(timeZone).toPlainDate().toString()
}

/** From the first instant of a day to the first of the next: 23, 24 or 25 hours. */
export function stretchOfDay(day: Day, timeZone: string): Stretch {
  const date = Temporal.PlainDate.from(day)
  return {
    start: date.toZonedDateTime(timeZone).toInstant(),
    end: date.add({ days: 1 }).toZonedDateTime(timeZone).toInstant(),
  }
}

/** The day so many days after. */
export function daysAfter(day: Day, days: number): Day {
  return Temporal.PlainDate.from(day).add({ days }).toString()
}

/** The days from the first to the last, both included. */
export function daysBetween(first: Day, last: Day): Day[] {
  const end = Temporal.PlainDate.from(last)
  const days: Day[] = []
  for (
    let day = Temporal.PlainDate.from(first);
    Temporal.PlainDate.compare(day, end) <= 0;
    day = day.add({ days: 1 })
  ) {
    days.push(day.toString())
  }
  return days
}

/**
 * From the first instant at which the clock shows `start_time` or later to the last at which it shows
 * `end_time`: hours that do not happen in spring are left out, those that happen twice in autumn are
 * both in.
 */
export function stretchOfHours(
  day: Day,
  { start_time, end_time }: { start_time: string; end_time: string },
  timeZone: string,
): Stretch {
  return { start: clockShows(day, start_time, timeZone), end: clockStops(day, end_time, timeZone) }
}

function clockShows(day: Day, time: string, timeZone: string): Temporal.Instant {
  const local = localTime(day, time)
  const shown = local.toZonedDateTime(timeZone, { disambiguation: 'earlier' })
  if (shown.toPlainDateTime().equals(local)) return shown.toInstant()
  return afterGap(shown)
}

function clockStops(day: Day, time: string, timeZone: string): Temporal.Instant {
  const local = localTime(day, time)
  const shown = local.toZonedDateTime(timeZone, { disambiguation: 'later' })
  if (shown.toPlainDateTime().equals(local)) return shown.toInstant()
  return afterGap(local.toZonedDateTime(timeZone, { disambiguation: 'earlier' }))
}

/** The clock never shows that time: it jumps over it. */
function afterGap(before: Temporal.ZonedDateTime): Temporal.Instant {
  const jump = before.getTimeZoneTransition('next')
  if (!jump) throw new Error(`There is no jump of the clock after ${before}.`)
  return jump.toInstant()
}

/** `24:00` is the next day's first moment. */
function localTime(day: Day, time: string): Temporal.PlainDateTime {
  const date = Temporal.PlainDate.from(day)
  return time === '24:00'
    ? date.add({ days: 1 }).toPlainDateTime()
    : date.toPlainDateTime(Temporal.PlainTime.from(time))
}

/** The instant of a text, or of a Date. */
export function instantOf(instant: string | Date): Temporal.Instant {
  return Temporal.Instant.from(typeof instant === 'string' ? instant : instant.toISOString())
}

/** As the wire has it: UTC with milliseconds. */
export function textOf(instant: Temporal.Instant): string {
  return instant.toString({ smallestUnit: 'millisecond' })
}
