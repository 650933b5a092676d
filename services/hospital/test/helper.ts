import { randomUUID } from 'node:crypto'
import {
  callerOf,
  natsUrlFor,
  TEST_IDENTITY_KEY,
  TEST_PEER_KEY,
  type TestCaller,
  type TestDatabase,
  testDatabase,
} from '@wardstone/cluster/testing'
import type { AuditEvent, HospitalEvent } from '@wardstone/contracts'
import pg from 'pg'
import type { Test } from 'tap'
import { buildApp } from '../src/app.ts'
import type { Hospital } from '../src/hospitals/schemas.ts'

/** Who is invited as the first administrator. */
export const ADMIN = {
  username: 'admin_new',
  email: 'admin@example.org',
  first_name: 'Ada',
  last_name: 'Obi',
}

/** A new hospital's body. */
export const creation = (fields: object) => ({ payload: { admin: ADMIN, ...fields } })

interface Environment {
  natsUrl?: string
  databaseUrl?: string
  /** The database of another instance. */
  urls?: TestDatabase
}

/** A new doctor's body; `changes` over a plausible one. */
export const aDoctor = (changes: object = {}) => ({
  first_name: 'Amina',
  last_name: 'Okafor',
  specialization: 'cardiology',
  license_number: `L-${randomUUID()}`,
  ...changes,
})

/** A new department's body; `changes` over a plausible one. */
export const aDepartment = (changes: object = {}) => ({
  name: 'Cardiology',
  code: `C-${randomUUID().slice(0, 8)}`,
  ...changes,
})

/** The hospital service on a database of its own, a superuser's look at that, and callers. */
export async function build(t: Test, env: Environment = {}) {
  const urls = env.urls ?? (await testDatabase(t, 'hospital'))
  const admin = new pg.Client({ connectionString: urls.adminDatabaseUrl })
  await admin.connect()
  const app = await buildApp({
    HOST: '127.0.0.1',
    PORT: 0,
    LOG_LEVEL: 'silent',
    IDENTITY_KEY: TEST_IDENTITY_KEY,
    IDENTITY_KEY_APPOINTMENT: TEST_PEER_KEY,
    DATABASE_URL: env.databaseUrl ?? urls.databaseUrl,
    RELAY_DATABASE_URL: urls.relayUrl,
    SYSTEM_DATABASE_URL: env.databaseUrl ?? urls.systemUrl,
    DATABASE_POOL_SIZE: 4,
    // Nothing listens there: the outbox keeps every event for the test to look at.
    NATS_URL: env.natsUrl ? natsUrlFor(env.natsUrl, 'hospital') : 'nats://127.0.0.1:1',
  })
  t.teardown(async () => {
    await app.close()
    await admin.end()
  })
  await app.ready()

  const as = (caller: TestCaller) => callerOf(app, 'hospital', caller)
  const platform = as({ role: 'platform_admin' })
  const sql = async <Row extends object>(text: string, values: unknown[] = []) =>
    (await admin.query<Row>(text, values)).rows
  const outbox = () =>
    sql<{ hospital_id: string; subject: string; payload: string }>(
      'select hospital_id, subject, payload from outbox order by id',
    )
  return {
    app,
    urls,
    as,
    platform,
    sql,
    outbox,
    auditEvents: async (): Promise<AuditEvent[]> =>
      (await outbox())
        .filter(({ subject }) => subject.startsWith('audit.'))
        .flatMap(({ payload }) => JSON.parse(payload).events),
    domainEvents: async (): Promise<(HospitalEvent & { subject: string })[]> =>
      (await outbox())
        .filter(({ subject }) => /^domain\..*\.hospital\.hospital\./.test(subject))
        .map(({ subject, payload }) => ({ subject, ...JSON.parse(payload) })),
    /** A hospital that was just created. */
    hospital: async (fields: object = {}): Promise<Hospital> =>
      (
        await platform.post(
          '/api/hospitals',
          creation({ name: `Hospital ${randomUUID()}`, ...fields }),
        )
      ).json(),
    admin: (hospital: Hospital) =>
      as({ role: 'admin', hospital_id: hospital.id, hospital_name: hospital.name }),
  }
}
