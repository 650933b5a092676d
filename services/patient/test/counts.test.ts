import { Kysely, PostgresDialect } from 'kysely'
import pg from 'pg'
import t, { type Test } from 'tap'
import { up } from '../src/database/migrations/20261125T1610-patient-counts.ts'
import { build, CITY, RIVERSIDE, somebody } from './helper.ts'

const COUNTED = `select hospital_id, kind, value, count(*)::integer as count from patient
  cross join lateral (values ('is_active', is_active::text), ('gender', gender),
    ('blood_group', coalesce(blood_group, 'unknown')), ('date_of_birth', date_of_birth::text),
    ('registered_on', (created_at at time zone 'UTC')::date::text)) as fact(kind, value)
  group by 1, 2, 3 order by hospital_id, kind collate "C", value collate "C"`
const KEPT = `select hospital_id, kind, value, count from patient_count where count <> 0
  order by hospital_id, kind collate "C", value collate "C"`

const GENDERS = ['male', 'female', 'other', 'unknown']
const BLOOD_GROUPS = ['A+', 'O-', null]
const anyOf = <T>(values: T[]) => values[Math.floor(Math.random() * values.length)]
const anybody = () =>
  somebody({
    first_name: `P${Math.random().toString(36).slice(2, 6)}`,
    gender: anyOf(GENDERS),
    blood_group: anyOf(BLOOD_GROUPS),
    date_of_birth: `19${10 + Math.floor(Math.random() * 90)}-0${1 + Math.floor(Math.random() * 9)}-11`,
  })

t.test('the numbers about patients are kept with every change', async (t) => {
  const { as, sql, urls } = await build(t)
  const admin = as({ role: 'admin' })
  const same = async (t: Test) => t.strictSame(await sql(KEPT), await sql(COUNTED))
  const ids: string[] = []

  const write = async () => {
    const id = anyOf(ids)
    const kind = Math.random()
    if (!id || kind < 0.4) {
      const made = await admin.post('/api/patients', { payload: anybody() })
      ids.push(made.json().id)
      return made
    }
    if (kind < 0.6) return admin.put(`/api/patients/${id}`, { payload: anybody() })
    if (kind < 0.8)
      return admin.patch(`/api/patients/${id}`, { payload: { gender: anyOf(GENDERS) } })
    if (kind < 0.9) return admin.delete(`/api/patients/${id}`)
    return admin.post(`/api/patients/${id}/reactivate`)
  }

  await t.test('after any changes, 50 at once too, without a deadlock', async (t) => {
    for (let round = 0; round < 4; round += 1) {
      const answers = await Promise.all(Array.from({ length: 50 }, write))
      for (const { statusCode, body } of answers) t.ok(statusCode < 300, `${statusCode} ${body}`)
      await same(t)
    }
  })

  await t.test('in each hospital for itself', async (t) => {
    const before = (await admin.get('/api/patients/stats')).body
    const others = as({ role: 'admin', ...RIVERSIDE })
    await others.post('/api/patients', { payload: anybody() })
    t.equal((await others.get('/api/patients/stats')).json().total, 1)
    t.equal((await admin.get('/api/patients/stats')).body, before)
    await same(t)
  })

  await t.test('what is rolled back is not counted', async (t) => {
    const client = new pg.Client({ connectionString: urls.databaseUrl })
    await client.connect()
    await client.query('begin')
    await client.query(`select set_config('app.hospital_id', $1, true)`, [CITY.hospital_id])
    await client.query('update patient set is_active = not is_active')
    await client.query('rollback')
    await client.end()
    await same(t)
  })

  await t.test('a load of many rows is, foreign keys checked or not', async (t) => {
    await sql(`set session_replication_role = replica`)
    await sql(`insert into patient (hospital_id, id, mrn, first_name, last_name, name_sort, gender, date_of_birth)
      select '${RIVERSIDE.hospital_id}', gen_random_uuid(), 'L-' || n, 'A', 'B', 'b a', 'male', date '1950-01-01' + n % 500
      from generate_series(1, 2000) as n`)
    await sql(`set session_replication_role = origin`)
    await same(t)
    await sql(`delete from patient where mrn like 'L-%7'`)
    await same(t)
  })

  await t.test('who was there before the table is counted by its migration', async (t) => {
    await sql('drop table patient_count')
    for (const event of ['insert', 'update', 'delete']) {
      await sql(`drop function count_patients_${event} cascade`)
    }
    const options = '-c role=patient_owner'
    const pool = new pg.Pool({ connectionString: urls.adminDatabaseUrl, max: 1, options })
    const db = new Kysely<never>({ dialect: new PostgresDialect({ pool }) })
    await db.transaction().execute(up)
    await db.destroy()
    await same(t)
  })
})
