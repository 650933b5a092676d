import type { DoctorReference, HospitalReference } from '@wardstone/contracts'
import t from 'tap'
import { occurrences } from '../src/series/recurrence.ts'
import { dayOf, daysBetween, instantOf, stretchOfDay } from '../src/slots/days.ts'
import { freeSlots, type Slot } from '../src/slots/free.ts'
import { whyUnavailable } from '../src/slots/hours.ts'

const ZONES = ['Europe/Berlin', 'America/New_York', 'Australia/Lord_Howe', 'America/Santiago']
const LONG_AGO = new Date('2000-01-01T00:00:00Z')

/** At every hour of every day, in steps of half an hour. */
const doctor: DoctorReference = {
  id: '0190d1f0-0000-7000-8000-000000000001',
  first_name: 'Grace',
  last_name: 'Hopper',
  department_id: null,
  is_active: true,
  is_available: true,
  slot_minutes: 30,
  available_times: (['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'] as const).map(
    (day_of_week) => ({ day_of_week, start_time: '00:00', end_time: '24:00' }),
  ),
  not_available: [],
  version: 1,
}

const clock = (time_zone: string, holidays: string[] = []): HospitalReference => ({
  id: '0190d1f0-0000-7000-8000-000000000002',
  time_zone,
  holidays,
  department_ids: [],
  version: 1,
})

/** The days on which the clock of a zone jumps, from 2020 to 2035. */
function jumps(timeZone: string): string[] {
  const days: string[] = []
  let at: Temporal.ZonedDateTime | null =
    Temporal.Instant.from('2020-01-01T00:00:00Z').toZonedDateTimeISO(timeZone)
  while (at) {
    at = at.getTimeZoneTransition('next')
    if (!at || at.year > 2035) break
    days.push(at.toPlainDate().toString())
  }
  return days
}

const minutesOf = ({ start, end }: { start: Temporal.Instant; end: Temporal.Instant }) =>
  start.until(end).total('minutes')

for (const zone of ZONES) {
  t.test(`defect 25: the slots of each day on which the clock of ${zone} jumps`, async (t) => {
    const hospital = clock(zone)
    const days = jumps(zone)
    t.ok(days.length >= 30, `${days.length} jumps`)
    for (const day of days) {
      const slots = freeSlots({
        days: [day],
        minutes: 30,
        doctor,
        hospital,
        taken: [],
        now: LONG_AGO,
      })
      const whole = stretchOfDay(day, zone)
      t.equal(slots.length, Math.floor(minutesOf(whole) / 30), `${day}: as many as the day has`)
      t.equal(slots[0]?.starts_at, whole.start.toString({ smallestUnit: 'millisecond' }), day)
      const apart = slots.every(
        (slot, index) => index === 0 || (slots[index - 1] as Slot).ends_at === slot.starts_at,
      )
      t.ok(apart, `${day}: one after the other, none over another`)
      t.ok(
        slots.every(({ starts_at, ends_at }) => {
          const last = new Date(Date.parse(ends_at) - 1)
          return dayOf(starts_at, zone) === day && dayOf(last, zone) === day
        }),
        `${day}: all of them on the day`,
      )
      t.ok(
        slots.every((slot) => whyUnavailable(slot, doctor, hospital) === undefined),
        `${day}: each can be booked`,
      )
    }
  })
}

t.test('hours that do not happen, and hours that happen twice', async (t) => {
  const night: DoctorReference = {
    ...doctor,
    available_times: [{ day_of_week: 'sun', start_time: '01:30', end_time: '03:30' }],
  }
  const on = (day: string) =>
    freeSlots({
      days: [day],
      minutes: 30,
      doctor: night,
      hospital: clock('Europe/Berlin'),
      taken: [],
      now: LONG_AGO,
    }).map(({ starts_at }) => starts_at)
  t.same(on('2026-03-29'), ['2026-03-29T00:30:00.000Z', '2026-03-29T01:00:00.000Z'], 'spring')
  t.equal(on('2026-10-25').length, 6, 'autumn: an hour more')
  t.equal(on('2026-11-01').length, 4, 'any other sunday')
  const inside: DoctorReference = {
    ...doctor,
    available_times: [{ day_of_week: 'sun', start_time: '02:15', end_time: '02:45' }],
  }
  const nothing = { minutes: 15, hospital: clock('Europe/Berlin'), taken: [], now: LONG_AGO }
  t.same(freeSlots({ ...nothing, days: ['2026-03-29'], doctor: inside }), [])
})

t.test('what is taken, away or a holiday is not free', async (t) => {
  const hospital = clock('Europe/Berlin', ['2026-12-25'])
  const away = { ...doctor, not_available: [{ starts_on: '2026-12-28', ends_on: '2026-12-30' }] }
  const days = daysBetween('2026-12-24', '2026-12-31')
  const taken = [{ starts_at: '2026-12-24T10:10:00.000Z', ends_at: '2026-12-24T10:40:00.000Z' }]
  const free = freeSlots({ days, minutes: 30, doctor: away, hospital, taken, now: LONG_AGO })
  const freeOn = (day: string) =>
    free.filter(({ starts_at }) => dayOf(starts_at, 'Europe/Berlin') === day).length
  t.same(days.map(freeOn), [46, 0, 48, 48, 0, 0, 0, 48])
  t.same(
    freeSlots({
      days,
      minutes: 30,
      doctor: { ...away, is_available: false },
      hospital,
      taken,
      now: LONG_AGO,
    }),
    [],
  )
  const later = freeSlots({
    days,
    minutes: 30,
    doctor: away,
    hospital,
    taken,
    now: new Date('2026-12-31T22:00:00Z'),
  })
  t.equal(later.length, 2, 'what has begun is not offered')
})

t.test('a series keeps the time of the clock, and the last day of short months', async (t) => {
  const weekly = occurrences(
    '2026-03-15T08:00:00.000Z',
    { frequency: 'weekly', interval: 1, count: 4 },
    'Europe/Berlin',
  )
  t.same(
    weekly.map((each) => instantOf(each).toZonedDateTimeISO('Europe/Berlin').hour),
    [9, 9, 9, 9],
  )
  const monthly = occurrences(
    '2027-01-31T08:00:00.000Z',
    { frequency: 'monthly', interval: 1, count: 3 },
    'Europe/Berlin',
  )
  t.same(
    monthly.map((each) => each.slice(0, 10)),
    ['2027-01-31', '2027-02-28', '2027-03-31'],
  )
})

t.test('hours that touch are one stretch, through midnight too', async (t) => {
  const hospital = clock('UTC')
  const touching: DoctorReference = {
    ...doctor,
    available_times: [
      { day_of_week: 'mon', start_time: '09:00', end_time: '12:00' },
      { day_of_week: 'mon', start_time: '12:00', end_time: '17:00' },
    ],
  }
  const noon = { starts_at: '2026-11-30T11:45:00Z', ends_at: '2026-11-30T12:15:00Z' }
  t.equal(whyUnavailable(noon, touching, hospital), undefined)
  const night = { starts_at: '2026-11-30T23:45:00Z', ends_at: '2026-12-01T00:15:00Z' }
  t.equal(whyUnavailable(night, doctor, hospital), undefined)
  t.match(whyUnavailable(night, touching, hospital), /outside/)
})

t.test('a full calendar of two months is looked through once', async (t) => {
  const days = daysBetween('2026-11-01', '2026-12-31')
  const hospital = clock('UTC')
  const minute = (n: number) => new Date(Date.UTC(2026, 10, 1) + n * 60_000).toISOString()
  const taken = Array.from({ length: 5_000 }, (_, index) => ({
    starts_at: minute(index * 15 + 5),
    ends_at: minute(index * 15 + 10),
  }))
  const free = (minutes: number) =>
    freeSlots({ days, minutes, doctor, hospital, taken, now: LONG_AGO }).length
  t.equal(free(15), 61 * 96 - 5_000)
  t.equal(free(5), 61 * 288 - 5_000)
})
