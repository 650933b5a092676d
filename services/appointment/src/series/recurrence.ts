import { instantOf, textOf } from '../slots/days.ts'
import type { Recurrence } from './schemas.ts'

/** When each appointment of a series starts: at the same time by the clock, in the months that are too short on their last day. */
export function occurrences(
  starts_at: string,
  { frequency, interval, count }: Recurrence,
  timeZone: string,
): string[] {
  const first = zoned(starts_at, timeZone)
  const unit = { daily: 'days', weekly: 'weeks', monthly: 'months' }[frequency]
  return Array.from({ length: count }, (_, index) =>
    textOf(first.add({ [unit]: index * interval }).toInstant()),
  )
}

/** `starts_at`, moved as `from` was moved to `to`: by as many days, and by as much on the clock. */
export function movedAlong(
  starts_at: string,
  { from, to }: { from: string; to: string },
  timeZone: string,
): string {
  const [one, other] = [zoned(from, timeZone), zoned(to, timeZone)].map((each) =>
    each.toPlainDateTime(),
  ) as [Temporal.PlainDateTime, Temporal.PlainDateTime]
  const moved = zoned(starts_at, timeZone)
    .toPlainDateTime()
    .add(one.until(other, { largestUnit: 'days' }))
  return one.equals(other) ? starts_at : textOf(moved.toZonedDateTime(timeZone).toInstant())
}

function zoned(starts_at: string, timeZone: string): Temporal.ZonedDateTime {
  return instantOf(starts_at).toZonedDateTimeISO(timeZone)
}
