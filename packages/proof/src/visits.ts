import { randomUUID } from 'node:crypto'
import type { World } from '@wardstone/cluster/testing'
import { CITY, type Hospital } from './hospitals.ts'
import type { Person } from './people.ts'

/** Two hours from now, and the same of the next day: both are to come, whatever the time is. */
const TO_COME = ["now() + interval '2 hours'", "now() + interval '26 hours'"]

/** More than a page of this day and of the next: midnight may come. */
const TODAY_AND_TOMORROW = [0, 1].flatMap((day) =>
  [9, 10, 11].map(
    (hour) => `date_trunc('day', now()) + make_interval(days => ${day}, hours => ${hour})`,
  ),
)

/** Appointments for the day list of a hospital. */
export async function addVisits(world: World, hospital: Hospital): Promise<void> {
  await world.sql(
    'appointment',
    "insert into known_hospital (hospital_id, time_zone, holidays, department_ids, version) values ($1, 'UTC', '[]', '[]', 0)",
    [hospital.id],
  )
  await book(world, hospital, TODAY_AND_TOMORROW)
}

/** The first appointment of a series of somebody new, in the hospital of `person`. */
export async function addSeries(world: World, { hospital }: Person): Promise<string> {
  const [first] = await book(world, hospital ?? CITY, TO_COME)
  return first as string
}

async function book(world: World, { id, name }: Hospital, times: string[]): Promise<string[]> {
  const [patient, doctor, series] = [randomUUID(), randomUUID(), randomUUID()]
  await world.sql(
    'appointment',
    `with patient as (
      insert into known_patient (hospital_id, id, mrn, first_name, last_name, is_active, is_restricted, version)
        values ($1, $2::uuid, $2::uuid::text, $4, $4, true, false, 1)
    )
    insert into known_doctor (hospital_id, id, first_name, last_name, is_active, is_available,
        slot_minutes, available_times, not_available, version)
      values ($1, $3, $4, $4, true, true, 30, '[]', '[]', 1)`,
    [id, patient, doctor, name],
  )
  const rows = await world.sql<{ id: string }>(
    'appointment',
    `insert into appointment (hospital_id, id, patient_id, doctor_id, starts_at, ends_at, type, series_id, notes)
      select $1, gen_random_uuid(), $2, $3, starts_at, starts_at + interval '30 minutes', 'therapy', $4, $5
      from unnest(array[${times.join(', ')}]) as starts_at
      returning id`,
    [id, patient, doctor, series, name],
  )
  return rows.map((row) => row.id)
}
