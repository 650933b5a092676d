import { type AvailableTime, DAYS_OF_WEEK } from '@wardstone/contracts'
import { unknownValue } from '../errors.ts'

/**
 * The hours in the order of the week.
 * @throws problem 400 for hours that end before they start, or overlap others
 */
export function inOrder(times: readonly AvailableTime[]): AvailableTime[] {
  const named = times.map((time, index) => ({ time, field: `available_times/${index}` }))
  for (const { time, field } of named) {
    if (time.end_time <= time.start_time) {
      throw unknownValue(`${field}/end_time`, 'must be after start_time')
    }
  }
  named.sort(
    ({ time: one }, { time: other }) =>
      DAYS_OF_WEEK.indexOf(one.day_of_week) - DAYS_OF_WEEK.indexOf(other.day_of_week) ||
      one.start_time.localeCompare(other.start_time),
  )
  for (const [index, { time, field }] of named.entries()) {
    const before = named[index - 1]?.time
    if (before?.day_of_week === time.day_of_week && time.start_time < before.end_time) {
      throw unknownValue(`${field}/start_time`, 'overlaps other hours of this day')
    }
  }
  return named.map(({ time }) => time)
}
