import { randomUUID } from 'node:crypto'
import {
  callerOf,
  NOWHERE,
  natsUrlFor,
  TEST_IDENTITY_KEY,
  TEST_PEER_KEY,
  type TestCaller,
  testDatabase,
  World,
} from '@wardstone/cluster/testing'
import type { AuditEvent } from '@wardstone/contracts'
import pg from 'pg'
import type { Test } from 'tap'
import { buildApp } from '../src/app.ts'

/** A hospital as its members' identities name it. */
interface TestHospital {
  hospital_id: string
  hospital_name: string
}

const NOBODY = 'http://127.0.0.1:1'
const CONFIG = {
  HOST: '127.0.0.1',
  PORT: 0,
  LOG_LEVEL: 'silent',
  IDENTITY_KEY: TEST_IDENTITY_KEY,
  DATABASE_POOL_SIZE: 4,
  // Nothing listens there: the outbox keeps every event for the test to look at.
  NATS_URL: 'nats://127.0.0.1:1',
} as const

/** The appointment service with those it asks, each on a database of its own, and a hospital. */
export async function open(t: Test, { natsUrl }: { natsUrl?: string } = {}) {
  const world = await World.start({
    services: ['hospital', 'patient'],
    gateways: 0,
    ...(natsUrl && { natsUrl }),
  })
  const urls = await testDatabase(t, 'appointment')
  const admin = new pg.Client({ connectionString: urls.adminDatabaseUrl })
  admin.on('error', () => {})
  await admin.connect()
  const config = {
    ...CONFIG,
    DATABASE_URL: urls.databaseUrl,
    RELAY_DATABASE_URL: urls.relayUrl,
    SYSTEM_DATABASE_URL: urls.systemUrl,
    ...(natsUrl && { NATS_URL: natsUrlFor(natsUrl, 'appointment') }),
    HOSPITAL_URL: world.services.hospital.url,
    PATIENT_URL: world.services.patient.url,
    IDENTITY_KEY_HOSPITAL: world.peerKey('appointment', 'hospital'),
    IDENTITY_KEY_PATIENT: world.peerKey('appointment', 'patient'),
  }
  const apps: Awaited<ReturnType<typeof buildApp>>[] = []
  const start = async () => {
    const app = await buildApp(config)
    apps.push(app)
    await app.ready()
    return app
  }
  t.teardown(async () => {
    for (const each of apps) await each.close()
    await admin.end()
    await world.close()
  })
  const app = await start()

  const sql = async <Row extends object>(text: string, values: unknown[] = []) =>
    (await admin.query<Row>(text, values)).rows
  const auditEvents = async (): Promise<AuditEvent[]> => {
    const rows = await sql<{ payload: string }>(
      "select payload from outbox where subject like 'audit.%' order by id",
    )
    return rows.flatMap(({ payload }) => JSON.parse(payload).events)
  }
  const owners = ownersIn(world)
  const city = await owners.hospital()
  /** Somebody of City, or of another hospital, at the desk. */
  const as = (role: TestCaller['role'] = 'receptionist', at = city) =>
    callerOf(app, 'appointment', { role, ...at })
  /** The same at a second process of the service, on the same database. */
  const besides = async (role: TestCaller['role'] = 'receptionist') =>
    callerOf(await start(), 'appointment', { role, ...city })
  return {
    app,
    besides,
    world,
    sql,
    auditEvents,
    as,
    city,
    ...owners,
    doctor: (at = city, fields: object = {}) => owners.doctor(at, fields),
    patient: (at = city, fields: object = {}) => owners.patient(at, fields),
  }
}

/** The service while its database cannot be reached. */
export async function withoutDatabase(t: Test) {
  const app = await buildApp({
    ...CONFIG,
    DATABASE_URL: NOWHERE,
    RELAY_DATABASE_URL: NOWHERE,
    SYSTEM_DATABASE_URL: NOWHERE,
    HOSPITAL_URL: NOBODY,
    PATIENT_URL: NOBODY,
    IDENTITY_KEY_HOSPITAL: TEST_PEER_KEY,
    IDENTITY_KEY_PATIENT: TEST_PEER_KEY,
  })
  t.teardown(() => app.close())
  await app.ready()
  return app
}

/** The services that hospitals, doctors and patients belong to. */
function ownersIn(world: World) {
  const calling = (service: 'hospital' | 'patient', caller: TestCaller) => {
    const { app, identityKey } = world.services[service]
    return callerOf(app, service, caller, identityKey)
  }
  const made = async (
    service: 'hospital' | 'patient',
    caller: TestCaller,
    path: string,
    payload: object,
  ) => {
    const answer = await calling(service, caller).post(path, { payload })
    if (answer.statusCode !== 201) throw new Error(`${path}: ${answer.body}`)
    return answer.json()
  }
  return {
    calling,
    hospital: async (fields: object = {}): Promise<TestHospital> => {
      const name = `Hospital ${randomUUID()}`
      const first = { username: 'first', email: 'first@example.org' }
      const admin = { ...first, first_name: 'Ada', last_name: 'Obi' }
      const platform = { role: 'platform_admin' } as const
      const { id } = await made('hospital', platform, '/api/hospitals', { name, admin, ...fields })
      return { hospital_id: id, hospital_name: name }
    },
    doctor: (at: TestHospital, fields: object) =>
      made('hospital', { role: 'admin', ...at }, '/api/doctors', {
        first_name: 'Grace',
        last_name: `Hopper${someLetters()}`,
        specialization: 'cardiology',
        license_number: randomUUID(),
        ...fields,
      }),
    patient: (at: TestHospital, fields: object) =>
      made('patient', { role: 'admin', ...at }, '/api/patients', {
        first_name: 'Amina',
        last_name: `Okafor${someLetters()}`,
        date_of_birth: '1984-05-17',
        confirm_duplicate: true,
        ...fields,
      }),
  }
}

/** Letters that make a name of its own. */
function someLetters(): string {
  return randomUUID()
    .replace(/[^a-f]/g, '')
    .slice(0, 12)
}

const HOUR_MS = 3_600_000
const NOW = Math.floor(Date.now() / HOUR_MS) * HOUR_MS

/** So many hours from when the test began, on the full hour. */
export function inHours(hours: number): string {
  return new Date(NOW + hours * HOUR_MS).toISOString()
}
