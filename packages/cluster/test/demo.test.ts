import pg from 'pg'
import t from 'tap'
import { copyRows } from '../src/demo/copy.ts'
import { type DemoDatabases, loadLarge, seedDemo } from '../src/demo/demo-data.ts'
import { DEMO_HOSPITALS } from '../src/demo/hospitals.ts'
import { medicalRecordNumber } from '../src/demo/patient-rules.ts'
import { demoPatients } from '../src/demo/patients.ts'
import { type TestScope, testDatabase } from '../src/testing.ts'

const TODAY = new Date('2026-11-23T00:00:00Z')

t.test('made-up patients are plausible and the same each time', async (t) => {
  const patients = [...demoPatients('somewhere', 2_000, TODAY)]
  t.same(patients, [...demoPatients('somewhere', 2_000, TODAY)])
  t.not(patients[0]?.last_name, [...demoPatients('elsewhere', 1, TODAY)][0]?.last_name)
  const years = patients.map(({ date_of_birth }) => Number(date_of_birth.slice(0, 4)))
  t.ok(Math.min(...years) > 1920 && Math.max(...years) <= 2026)
  const phones = new Map<string, number>()
  for (const { phone } of patients) if (phone) phones.set(phone, (phones.get(phone) ?? 0) + 1)
  t.ok(
    [...phones.values()].some((sharers) => sharers > 1),
    'families share a telephone',
  )
  t.ok(
    patients.some(({ last_name }) => /[^\x20-\x7e]/.test(last_name)),
    'not everybody is ASCII',
  )
})

t.test('rows arrive by COPY as they are', async (t) => {
  await withClient((await testDatabase(t, 'patient')).adminDatabaseUrl, async (client) => {
    await client.query('create temporary table odd (number integer, text text, flag boolean)')
    const rows = [
      [1, 'a\tb\\c\nd\re', true],
      [2, null, false],
      [3, '', null],
      [4, '\\N', null],
    ]
    await copyRows(client, 'odd', ['number', 'text', 'flag'], rows)
    const result = await client.query({
      text: 'select * from odd order by number',
      rowMode: 'array',
    })
    t.same(result.rows, rows)
  })
})

t.test('the demo is loaded once', async (t) => {
  const databases = await demoDatabases(t)
  t.equal(await seedDemo(databases), true)
  t.equal(await seedDemo(databases), false)
  t.equal(await count(databases.hospital, 'select from hospital'), 3)
  t.equal(await count(databases.auth, 'select from account join membership on account_id = id'), 16)
  t.equal(await count(databases.patient, 'select from patient'), 900)

  const wrongNumber = `select from patient where mrn <> regexp_replace(mrn, '\\d$', '') ||
    luhn_digit(regexp_replace(mrn, '^[A-Z]+-|\\d$', '', 'g'))`
  t.equal(await count(databases.patient, wrongNumber), 0, 'check digits are the service’s')
  const nameless =
    'select from patient where not exists (select from patient_name where patient_id = id)'
  t.equal(await count(databases.patient, nameless), 0, 'everybody is found by name')
  const foreign = `select from patient_name left join patient
    on patient.hospital_id = patient_name.hospital_id and id = patient_id where id is null`
  t.equal(await count(databases.patient, foreign), 0)
  const counted =
    'select from mrn_counter where last_number = (select count(*) from patient p where p.hospital_id = mrn_counter.hospital_id)'
  t.equal(await count(databases.patient, counted), 3, 'the next patient gets the next number')
})

t.test('each demo hospital has its clinic', async (t) => {
  const databases = await demoDatabases(t)
  await seedDemo(databases)
  t.equal(await count(databases.hospital, 'select from department'), 24)
  t.equal(await count(databases.hospital, "select from doctor where available_times <> '[]'"), 36)
  const lost = `select from doctor left join department on department.id = department_id
    and department.hospital_id = doctor.hospital_id where department_id is not null and name is null`
  t.equal(await count(databases.hospital, lost), 0)
  const headless = `select from department left join doctor on doctor.id = head_doctor_id
    and doctor.hospital_id = department.hospital_id where department_id is distinct from department.id`
  t.equal(await count(databases.hospital, headless), 0, 'each is headed by one of its own')
  const linked = await withClient(databases.hospital, async (client) => {
    const { rows } = await client.query(
      'select hospital_id, user_id, first_name, last_name from doctor where user_id is not null',
    )
    return rows
  })
  t.equal(linked.length, 3)
  for (const { hospital_id, user_id, first_name, last_name } of linked) {
    const [user] = await withClient(databases.auth, async (client) => {
      const { rows } = await client.query(
        `select username, first_name, last_name from account join membership on account_id = id
          where hospital_id = $1 and id = $2 and role = 'doctor'`,
        [hospital_id, user_id],
      )
      return rows
    })
    t.match(user, { username: /^doctor_/, first_name, last_name })
  }
})

t.test('a load that was interrupted is finished by the next', async (t) => {
  const databases = await demoDatabases(t)
  await seedDemo(databases)
  await withClient(databases.hospital, (client) =>
    client.query('delete from hospital where id = $1', [DEMO_HOSPITALS[0]?.id]),
  )
  t.equal(await seedDemo(databases), true)
  t.equal(await count(databases.hospital, 'select from hospital'), 3)
  t.equal(await count(databases.patient, 'select from patient'), 900)
  t.equal(await count(databases.hospital, 'select from doctor'), 36)
})

t.test('large loads add to what is there', async (t) => {
  const databases = await demoDatabases(t)
  let told = 0
  const onPatients = (more: number) => {
    told += more
  }
  const load = { hospitals: 2, patients: 30, onPatients }
  const first = await loadLarge(databases, load)
  const second = await loadLarge(databases, load)
  t.equal(new Set([...first, ...second].map(({ id }) => id)).size, 4)
  t.equal(told, 120)
  t.equal(await count(databases.patient, 'select from patient'), 120)
  t.equal(await count(databases.auth, "select from membership where status = 'active'"), 21)
})

t.test('medical record numbers end in their Luhn digit', async (t) => {
  t.equal(medicalRecordNumber('CGH', 1), 'CGH-0000018')
  t.equal(medicalRecordNumber('CGH', 7_992_739_871), 'CGH-79927398713')
})

async function demoDatabases(t: TestScope): Promise<DemoDatabases> {
  const [auth, hospital, patient] = await Promise.all(
    ['auth', 'hospital', 'patient'].map((service) => testDatabase(t, service)),
  )
  return {
    auth: auth?.adminDatabaseUrl ?? '',
    hospital: hospital?.adminDatabaseUrl ?? '',
    patient: patient?.adminDatabaseUrl ?? '',
  }
}

async function count(url: string, query: string): Promise<number> {
  return withClient(url, async (client) => (await client.query(query)).rowCount ?? -1)
}

async function withClient<T>(url: string, work: (client: pg.Client) => Promise<T>): Promise<T> {
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  try {
    return await work(client)
  } finally {
    await client.end()
  }
}
