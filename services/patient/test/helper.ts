import { randomUUID } from 'node:crypto'
import {
  callerOf,
  natsUrlFor,
  TEST_IDENTITY_KEY,
  TEST_PEER_KEY,
  type TestCaller,
  testDatabase,
  testServers,
} from '@wardstone/cluster/testing'
import type { AuditEvent, RecordEvent } from '@wardstone/contracts'
import pg from 'pg'
import type { Test } from 'tap'
import { buildApp } from '../src/app.ts'

/** Two hospitals of every test. */
export const CITY = { hospital_id: randomUUID(), hospital_name: 'City General Hospital' }
export const RIVERSIDE = { hospital_id: randomUUID(), hospital_name: 'Riverside Medical Center' }

/** The patient service on a database of its own, and a superuser's look at that. */
export async function build(
  t: Test,
  env: { NATS_URL?: string; adminUrl?: string; databaseUrl?: string } = {},
) {
  const servers = await testServers()
  const urls = await testDatabase(t, 'patient', env.adminUrl ? { adminUrl: env.adminUrl } : {})
  const admin = new pg.Client({ connectionString: urls.adminDatabaseUrl })
  admin.on('error', () => {})
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
    NATS_URL: env.NATS_URL ? natsUrlFor(env.NATS_URL, 'patient') : 'nats://127.0.0.1:1',
  })
  t.teardown(async () => {
    await app.close()
    await admin.end()
  })
  await app.ready()

  const as = (caller: TestCaller) => callerOf(app, 'patient', { ...CITY, ...caller })
  const sql = async <Row extends object>(text: string, values: unknown[] = []) =>
    (await admin.query<Row>(text, values)).rows
  const auditEvents = async (): Promise<AuditEvent[]> => {
    const rows = await sql<{ payload: string }>(
      "select payload from outbox where subject like 'audit.%' order by id",
    )
    return rows.flatMap(({ payload }) => JSON.parse(payload).events)
  }
  const domainEvents = async (): Promise<RecordEvent[]> => {
    const rows = await sql<{ payload: string }>(
      "select payload from outbox where subject like 'domain.%' order by id",
    )
    return rows.map(({ payload }) => JSON.parse(payload))
  }
  return { app, as, sql, auditEvents, domainEvents, urls, servers }
}

/** A new patient's body; `changes` over a plausible one. */
export function somebody(changes: object = {}) {
  return { first_name: 'Amina', last_name: 'Okafor', date_of_birth: '1984-05-17', ...changes }
}

/** The same, and it is nobody who is registered already. */
export function newcomer(changes: object = {}) {
  return { ...somebody(changes), confirm_duplicate: true }
}
