import { randomUUID } from 'node:crypto'
import type { World } from '@wardstone/cluster/testing'
import { addSession, type Cast } from './cast.ts'
import { CITY, type Hospital, RIVERSIDE } from './hospitals.ts'
import { addImport } from './imports.ts'
import { addPerson, type Person } from './people.ts'
import { addSeries } from './visits.ts'

/** The records behind a path that no POST to its collection makes. */
export interface Resource {
  /** The id of a record that `person` may reach now. */
  own: (world: World, person: Person) => string | Promise<string>
  /** Ids that are there, and not for anybody at City: Riverside's, or a colleague's own. */
  foreign: (world: World, cast: Cast) => (string | Promise<string>)[]
}

const ofSeries: Resource = {
  own: (world, person) => addSeries(world, person),
  foreign: (world, { riverside }) => [addSeries(world, riverside.admin)],
}

/** By the path, or by the path up to its parameter. What POST makes from a body alone needs no line here. */
export const RESOURCES: Readonly<Record<string, Resource>> = {
  '/api/appointments/{id}/series': ofSeries,
  '/api/appointments/{id}/series/cancel': ofSeries,
  '/api/auth/sessions/{id}': {
    own: (world, person) => addSession(world, person),
    foreign: (world, { riverside, ended }) => [
      riverside.admin.session_id,
      addSession(world, ended.membership),
    ],
  },
  '/api/hospitals/{id}': {
    own: (_, { hospital }) => (hospital ?? CITY).id,
    foreign: () => [RIVERSIDE.id],
  },
  '/api/doctors/{id}': {
    own: (world, { hospital, account_id }) => doctorOf(world, hospital ?? CITY, account_id),
    foreign: (world, { riverside }) => [
      doctorOf(world, RIVERSIDE, riverside.doctor.account_id),
      doctorOf(world, RIVERSIDE, riverside.admin.account_id),
    ],
  },
  '/api/doctors/{id}/exceptions/{exception_id}': {
    own: async (world, { hospital, account_id }) => {
      await doctorOf(world, hospital ?? CITY, account_id)
      return absenceOfAll(world, hospital ?? CITY)
    },
    foreign: (world) => [absenceOfAll(world, RIVERSIDE)],
  },
  '/api/patients/{id}/access-log': {
    own: (world, { hospital }) => seenPatient(world, hospital ?? CITY),
    foreign: (world) => [seenPatient(world, RIVERSIDE)],
  },
  '/api/patients/imports/{id}': {
    own: (world, { hospital }) => addImport(world, hospital ?? CITY),
    foreign: (world) => [addImport(world, RIVERSIDE)],
  },
  '/api/users/{id}': {
    own: async (world) =>
      (await addPerson(world, CITY, 'staff', { username: randomUUID() })).account_id,
    foreign: (_, { riverside }) => [riverside.nurse.account_id],
  },
}

/** Paths whose id is looked up nowhere: who asks gets what there is under it, which of nobody's is nothing. */
export const LOOKED_UP_NOWHERE: readonly string[] = ['GET /api/patients/{id}/access-log']

/** A patient whom everything on record in a hospital shows. */
async function seenPatient(world: World, { id }: Hospital): Promise<string> {
  const patient = randomUUID()
  await world.sql(
    'audit',
    `insert into event_patient (hospital_id, patient_id, seq)
      select hospital_id, $2, seq from event where hospital_id = $1`,
    [id, patient],
  )
  return patient
}

/** The doctor who a person is, since some may change nobody else; entered, with more than a page of absences, if there is none yet. */
async function doctorOf(world: World, hospital: Hospital, userId: string): Promise<string> {
  const { id, name, slug } = hospital
  const [doctor] = await world.sql<{ id: string; is_new: boolean }>(
    'hospital',
    `insert into doctor (hospital_id, id, user_id, first_name, last_name, specialization,
        license_number, license_folded, name_sort, search_words)
      values ($1, $2, $3, $4, $4, 'general', $5, $5, $6, $6)
      on conflict (hospital_id, user_id) do update set user_id = excluded.user_id
      returning id, xmax = 0 as is_new`,
    [id, randomUUID(), userId, name, randomUUID(), ` ${slug}`],
  )
  if (!doctor) throw new Error('A doctor is not entered.')
  for (let more = 0; doctor.is_new && more < 2; more += 1) await absenceOfAll(world, hospital)
  return doctor.id
}

/** One id under which each doctor of a hospital is away. */
async function absenceOfAll(world: World, { id, name }: Hospital): Promise<string> {
  const absence = randomUUID()
  await world.sql(
    'hospital',
    `insert into doctor_absence (hospital_id, doctor_id, id, kind, starts_on, ends_on, note)
      select hospital_id, id, $2, 'leave', '2026-01-01', '2026-01-02', $3 from doctor
      where hospital_id = $1`,
    [id, absence, name],
  )
  return absence
}
