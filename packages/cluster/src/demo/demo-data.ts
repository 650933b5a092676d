import pg from 'pg'
import { clinicRules } from './clinic-rules.ts'
import { copyRows } from './copy.ts'
import { DEMO_HOSPITALS, type DemoHospital, loadedHospital } from './hospitals.ts'
import { loadAccounts, loadPlatformAdmin } from './load-accounts.ts'
import { loadClinics } from './load-clinics.ts'
import { loadPatients } from './load-patients.ts'
import { patientRules } from './patient-rules.ts'

/** Superuser URLs of the databases that demo data goes to. */
export interface DemoDatabases {
  hospital: string
  auth: string
  patient: string
}

const PATIENTS_OF_DEMO_HOSPITALS = [400, 300, 200]

/** Stores the demo hospitals, their clinics, logins and patients unless they are there; tells whether it did. */
export async function seedDemo(databases: DemoDatabases): Promise<boolean> {
  const missing = await missingHospitals(databases.hospital, DEMO_HOSPITALS)
  if (missing.length === 0) return false
  for (const [index, hospital] of DEMO_HOSPITALS.entries()) {
    await storePatients(databases, hospital, PATIENTS_OF_DEMO_HOSPITALS[index] ?? 0)
  }
  await storeHospitals(databases, DEMO_HOSPITALS)
  return true
}

/** What is loaded beside the demo, and who hears of its progress. */
export interface LargeLoad {
  hospitals: number
  /** In each hospital. */
  patients: number
  onPatients(count: number): void
}

/** Adds hospitals with their logins and patients to what is there. */
export async function loadLarge(
  databases: DemoDatabases,
  wanted: LargeLoad,
): Promise<DemoHospital[]> {
  const known = await countHospitals(databases.hospital)
  const candidates = Array.from({ length: known + wanted.hospitals }, (_, index) =>
    loadedHospital(index),
  )
  const missing = await missingHospitals(databases.hospital, candidates)
  const hospitals = missing.slice(0, wanted.hospitals)
  for (const hospital of hospitals) {
    await storePatients(databases, hospital, wanted.patients, wanted.onPatients)
  }
  await storeHospitals(databases, hospitals)
  await Promise.all(Object.values(databases).map(vacuum))
  return hospitals
}

// The row in the hospital service's database comes last: a load that was interrupted goes on there.
async function storeHospitals(databases: DemoDatabases, hospitals: readonly DemoHospital[]) {
  await inTransaction(databases.auth, async (client) => {
    const absent = await absentFrom(client, 'hospital', 'hospital_id', hospitals)
    await loadAccounts(client, absent)
    await loadPlatformAdmin(client)
  })
  const rules = await clinicRules()
  await inTransaction(databases.hospital, async (client) => {
    const absent = await absentFrom(client, 'hospital', 'id', hospitals)
    const columns = [
      'id',
      'slug',
      'name',
      'address',
      'phone',
      'email',
      'subscription_plan',
      'time_zone',
    ] as const
    await copyRows(
      client,
      'hospital',
      columns,
      absent.map((each) => columns.map((column) => each[column])),
    )
    const closed = await absentFrom(client, 'department', 'hospital_id', absent)
    await loadClinics(client, closed, rules)
  })
}

async function storePatients(
  { patient }: DemoDatabases,
  hospital: DemoHospital,
  count: number,
  onLoaded: (count: number) => void = () => undefined,
) {
  const rules = await patientRules()
  await inTransaction(patient, async (client) => {
    const absent = await absentFrom(client, 'mrn_counter', 'hospital_id', [hospital])
    if (absent.length > 0) await loadPatients(client, { hospital, count, rules, onLoaded })
    else onLoaded(count)
  })
}

async function missingHospitals(url: string, hospitals: readonly DemoHospital[]) {
  return connected(url, (client) => absentFrom(client, 'hospital', 'id', hospitals))
}

async function countHospitals(url: string): Promise<number> {
  return connected(url, async (client) => {
    const { rows } = await client.query('select count(*)::integer as count from hospital')
    return rows[0].count
  })
}

async function absentFrom(
  client: pg.Client,
  table: string,
  column: string,
  hospitals: readonly DemoHospital[],
): Promise<DemoHospital[]> {
  const { rows } = await client.query(
    `select ${column} as id from ${table} where ${column} = any($1::uuid[])`,
    [hospitals.map(({ id }) => id)],
  )
  const present = new Set(rows.map(({ id }) => id))
  return hospitals.filter(({ id }) => !present.has(id))
}

async function inTransaction(url: string, work: (client: pg.Client) => Promise<void>) {
  await connected(url, async (client) => {
    // Our rows are right by construction; checking a foreign key for each would double the time.
    await client.query('begin; set local session_replication_role = replica')
    await work(client)
    await client.query('commit')
  })
}

/** Brings the planner's knowledge up to date after a large load. */
async function vacuum(url: string) {
  await connected(url, (client) => client.query('vacuum (analyze)'))
}

async function connected<T>(url: string, work: (client: pg.Client) => Promise<T>): Promise<T> {
  const client = new pg.Client({ connectionString: url, application_name: 'wardstone-demo' })
  await client.connect()
  try {
    return await work(client)
  } finally {
    await client.end()
  }
}
