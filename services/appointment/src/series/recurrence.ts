import { instantOf, textOf } from '../slots/days.ts'
import type { Recurrence } from './schemas.ts'

/** When each appointment of a series starts: at the same time by the clock, in the months that are too short on their last day. */
export function occurrences(
  starts_at: string,
  { frequency, interval, count }: Recurrence,
  timeZone: string,
): string[] {
  const first = localOf(starts_at, timeZone)
  const unit = { daily: 'days', weekly: 'weeks', monthly: 'months' }[frequency]
  return Array.from({ length: count }, (_, index) =>
    atLocal(first.add({ [unit]: index * interval }), timeZone),
  )
}

/** `starts_at`, moved as `from` was moved to `to`: by as many days, to the same time of the clock. */
export function movedAlong(
  starts_at: string,
  { from, to }: { from: string; to: string },
  timeZone: string,
): string {
  const target = localOf(to, timeZone)
  const { days } = localOf(from, timeZone).toPlainDate().until(target.toPlainDate())
  const day = localOf(starts_at, timeZone).toPlainDate().add({ days })
  return atLocal(day.toPlainDateTime(target.toPlainTime()), timeZone)
}

function localOf(starts_at: string, timeZone: string): Temporal.PlainDateTime {
  return instantOf(starts_at).toZonedDateTimeISO(timeZone).toPlainDateTime()
}

function atLocal(local: Temporal.PlainDateTime, timeZone: string): string {
  return textOf(local.toZonedDateTime(timeZone).toInstant())
}
