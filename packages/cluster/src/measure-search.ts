import { randomUUID } from 'node:crypto'
import { pathToFileURL } from 'node:url'
import { parseArgs } from 'node:util'
import pg from 'pg'
import { DEMO_HOSPITALS, loadedHospital } from './demo/hospitals.ts'
import { loadPatients } from './demo/load-patients.ts'
import { patientRules } from './demo/patient-rules.ts'
import { serviceProgram } from './services.ts'
import { callerOf, TEST_IDENTITY_KEY, TEST_PEER_KEY, testDatabase, testServers } from './testing.ts'

/** Measures how long each kind of search takes among many patients of one hospital, beside a read by id. */
const { values } = parseArgs({
  options: {
    patients: { type: 'string', default: '1000000' },
    rounds: { type: 'string', default: '60' },
  },
})
const patients = Number(values.patients)
const rounds = Number(values.rounds)
const closing: (() => unknown)[] = []
const hospital = loadedHospital(0)

await testServers()
const urls = await testDatabase(
  { teardown: (clean: () => unknown) => closing.push(clean) },
  'patient',
)
const admin = new pg.Client({ connectionString: urls.adminDatabaseUrl })
await admin.connect()
const started = Date.now()
await load(hospital, patients)
for (const other of DEMO_HOSPITALS) await load(other, 5000)
console.log(`${patients} patients and three hospitals more loaded in ${seconds(started)}`)
await admin.query('vacuum (analyze)')

const { buildApp } = await import(
  pathToFileURL(serviceProgram('patient').replace('main.ts', 'app.ts')).href
)
const app = await buildApp({
  HOST: '127.0.0.1',
  PORT: 0,
  LOG_LEVEL: 'silent',
  IDENTITY_KEY: TEST_IDENTITY_KEY,
  IDENTITY_KEY_APPOINTMENT: TEST_PEER_KEY,
  DATABASE_URL: urls.databaseUrl,
  RELAY_DATABASE_URL: urls.relayUrl,
  SYSTEM_DATABASE_URL: urls.systemUrl,
  DATABASE_POOL_SIZE: 4,
  NATS_URL: 'nats://127.0.0.1:1',
})
await app.ready()
const nurse = callerOf<{ statusCode: number; body: string }>(app, 'patient', {
  role: 'nurse',
  hospital_id: hospital.id,
  hospital_name: hospital.name,
  user_id: randomUUID(),
})

const { rows } = await admin.query(
  `select id, mrn, first_name, last_name, right(regexp_replace(phone, '\\D', '', 'g'), 7) as tail
   from patient where hospital_id = $1 and phone is not null and is_active
     and first_name ~ '^[A-Za-z]{5,}$' and last_name ~ '^[A-Za-z]{5,}$' order by md5(id::text) limit $2`,
  [hospital.id, rounds],
)
const swapped = (name: string) => `${name.slice(0, 2)}${name[3]}${name[2]}${name.slice(4)}`
const kinds: Record<string, (row: (typeof rows)[number]) => string> = {
  'get by id': ({ id }) => `/api/patients/${id}`,
  'record number': ({ mrn }) => search(mrn),
  'telephone’s tail': ({ tail }) => search(tail),
  'two name parts': ({ first_name, last_name }) =>
    search(`${last_name.slice(0, 5)} ${first_name.slice(0, 4)}`),
  'whole names': ({ first_name, last_name }) => search(`${first_name} ${last_name}`),
  'one name': ({ last_name }) => search(last_name),
  'a swapped letter': ({ first_name, last_name }) => search(`${swapped(last_name)} ${first_name}`),
  'a swapped letter alone': ({ last_name }) => search(swapped(last_name)),
  statistics: () => '/api/patients/stats',
}
const medians: [string, number][] = []
for (const [kind, url] of Object.entries(kinds)) {
  const times: number[] = []
  for (const row of [...rows.slice(0, 5), ...rows]) {
    const from = performance.now()
    const answer = await nurse.get(url(row))
    times.push(performance.now() - from)
    if (answer.statusCode !== 200) throw new Error(`${kind}: ${answer.body}`)
  }
  medians.push([kind, median(times.slice(5))])
}
const [[, byId] = ['', 1]] = medians
for (const [kind, ms] of medians)
  console.log(
    `${kind.padEnd(24)} ${ms.toFixed(2).padStart(9)} ms  ${(ms / byId).toFixed(1)} × get by id`,
  )
await app.close()
await admin.end()
for (const clean of closing) await clean()
process.exit(0)

function search(q: string): string {
  return `/api/patients/search?q=${encodeURIComponent(q)}&limit=20`
}

async function load(into: typeof hospital, count: number) {
  const rules = await patientRules()
  let done = 0
  const onLoaded = (more: number) => {
    done += more
    if (done % 100_000 === 0) console.log(`${done} patients, ${seconds(started)}`)
  }
  await admin.query('begin; set local session_replication_role = replica')
  await loadPatients(admin, { hospital: into, count, rules, onLoaded })
  await admin.query('commit')
}

function median(times: number[]): number {
  return times.toSorted((one, other) => one - other)[Math.floor(times.length / 2)] ?? 0
}

function seconds(since: number): string {
  return `${Math.round((Date.now() - since) / 1000)} s`
}
