import type { DoctorReference, HospitalReference, PatientReference } from '@wardstone/contracts'
import { nameWords } from '@wardstone/service'
import { type Kysely, sql } from 'kysely'
import type { Database } from '../database/schema.ts'

type Db = Kysely<Database>

/** Keeps what is told of patients of one hospital, where it is newer than what is known. */
export async function keepPatients(
  db: Db,
  hospital_id: string,
  patients: readonly PatientReference[],
): Promise<void> {
  if (patients.length === 0) return
  await db
    .with('kept', (qb) =>
      qb
        .insertInto('known_patient')
        .values(patients.map((patient) => rowOf(hospital_id, patient)))
        .onConflict((conflict) =>
          conflict
            .columns(['hospital_id', 'id'])
            .doUpdateSet(({ ref }) => ({
              mrn: ref('excluded.mrn'),
              first_name: ref('excluded.first_name'),
              last_name: ref('excluded.last_name'),
              is_active: ref('excluded.is_active'),
              is_restricted: ref('excluded.is_restricted'),
              version: ref('excluded.version'),
            }))
            .whereRef('known_patient.version', '<', 'excluded.version'),
        )
        .returning('id'),
    )
    .with('unnamed', () => withoutNames(db, hospital_id, patients))
    .with('named', () => withNames(hospital_id, patients))
    .selectFrom('kept')
    .select('id')
    .execute()
}

/** An answer may say more than is kept. */
function rowOf(
  hospital_id: string,
  { id, mrn, first_name, last_name, is_active, is_restricted, version }: PatientReference,
) {
  return { hospital_id, id, mrn, first_name, last_name, is_active, is_restricted, version }
}

/** Keeps what is told of doctors of one hospital, where it is newer than what is known. */
export async function keepDoctors(
  db: Db,
  hospital_id: string,
  doctors: readonly DoctorReference[],
): Promise<void> {
  if (doctors.length === 0) return
  const rows = doctors.map((doctor) => ({
    hospital_id,
    id: doctor.id,
    first_name: doctor.first_name,
    last_name: doctor.last_name,
    department_id: doctor.department_id,
    is_active: doctor.is_active,
    is_available: doctor.is_available,
    slot_minutes: doctor.slot_minutes,
    available_times: JSON.stringify(doctor.available_times),
    not_available: JSON.stringify(doctor.not_available),
    version: doctor.version,
  }))
  await db
    .with('kept', (qb) =>
      qb
        .insertInto('known_doctor')
        .values(rows)
        .onConflict((conflict) =>
          conflict
            .columns(['hospital_id', 'id'])
            .doUpdateSet(({ ref }) => ({
              first_name: ref('excluded.first_name'),
              last_name: ref('excluded.last_name'),
              department_id: ref('excluded.department_id'),
              is_active: ref('excluded.is_active'),
              is_available: ref('excluded.is_available'),
              slot_minutes: ref('excluded.slot_minutes'),
              available_times: ref('excluded.available_times'),
              not_available: ref('excluded.not_available'),
              version: ref('excluded.version'),
            }))
            .whereRef('known_doctor.version', '<', 'excluded.version'),
        )
        .returning('id'),
    )
    .with('unnamed', () => withoutNames(db, hospital_id, doctors))
    .with('named', () => withNames(hospital_id, doctors))
    .selectFrom('kept')
    .select('id')
    .execute()
}

/** Keeps what is told of a hospital, where it is newer than what is known. */
export async function keepHospital(db: Db, hospital: HospitalReference): Promise<void> {
  const { id: hospital_id, time_zone, version } = hospital
  const news = {
    time_zone,
    holidays: JSON.stringify(hospital.holidays),
    department_ids: JSON.stringify(hospital.department_ids),
    version,
  }
  await db
    .insertInto('known_hospital')
    .values({ hospital_id, ...news })
    .onConflict((conflict) =>
      conflict
        .column('hospital_id')
        .doUpdateSet(news)
        .where('known_hospital.version', '<=', version),
    )
    .execute()
}

interface Named {
  id: string
  first_name: string
  last_name: string
}

function pairs(people: readonly Named[]) {
  const all = people.flatMap(({ id, first_name, last_name }) =>
    nameWords(first_name, last_name).map((word) => ({ id, word })),
  )
  return sql`unnest(${all.map(({ word }) => word)}::text[], ${all.map(({ id }) => id)}::uuid[])
    as name(word, id)`
}

/** Removes the words that those who changed are called by no more. */
function withoutNames(db: Db, hospital_id: string, people: readonly Named[]) {
  return db
    .deleteFrom('known_name')
    .where('hospital_id', '=', hospital_id)
    .where(sql<boolean>`id in (select id from kept)`)
    .where(sql<boolean>`(word, id) not in (select word, id from ${pairs(people)})`)
}

function withNames(hospital_id: string, people: readonly Named[]) {
  return sql`(insert into known_name (hospital_id, word, id)
    select ${hospital_id}::uuid, name.word, name.id from ${pairs(people)}
    where name.id in (select id from kept)
    on conflict do nothing)` as never
}
