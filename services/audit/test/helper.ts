import { generateKeyPairSync, randomUUID } from 'node:crypto'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import {
  callerOf,
  natsUrlFor,
  privateNats,
  TEST_IDENTITY_KEY,
  type TestCaller,
  testDatabase,
  testServers,
} from '@wardstone/cluster/testing'
import { type AuditEvent, auditSubject } from '@wardstone/contracts'
import { connectNats, ensureStreams } from '@wardstone/events'
import { createLogger } from '@wardstone/service'
import { createSystemDatabase } from '@wardstone/tenancy'
import pg from 'pg'
import type { Test } from 'tap'
import { v7 as uuidv7 } from 'uuid'
import { buildApp } from '../src/app.ts'
import { Checkpointer } from '../src/checkpoints/checkpointer.ts'
import { readCheckpointKeys } from '../src/checkpoints/keys.ts'
import { SystemCheckpointRepository } from '../src/checkpoints/system-repository.ts'
import { CheckpointWitness } from '../src/checkpoints/witness.ts'
import type { Database } from '../src/database/schema.ts'
import { SystemEventRepository } from '../src/events/system-repository.ts'

/** Two hospitals of every test. */
export const CITY = { hospital_id: randomUUID(), hospital_name: 'City General Hospital' }
export const RIVERSIDE = { hospital_id: randomUUID(), hospital_name: 'Riverside Medical Center' }

const silent = createLogger('test', 'silent')

/** Waits until `check` holds. */
export async function until(check: () => unknown, within = 20_000): Promise<void> {
  const end = Date.now() + within
  while (!(await check())) {
    if (Date.now() > end) throw new Error(`not within ${within} ms: ${check}`)
    await sleep(20)
  }
}

interface BuildOptions {
  /** The app's own view of the database; unreachable to prove that it is not asked. */
  databaseUrl?: string
  checkpointSeconds?: number
  /** Without NATS nothing is added to the chains but what the test appends. */
  withoutNats?: boolean
}

/** The audit service on a database and a nats-server of its own, and a superuser's look at its tables. */
export async function build(t: Test, options: BuildOptions = {}) {
  const { adminUrl } = await testServers()
  const urls = await testDatabase(t, 'audit', { adminUrl })
  const natsUrl = options.withoutNats ? 'nats://127.0.0.1:1' : await privateNats(t)
  if (!options.withoutNats) await ensureStreams(natsUrl)
  const files = keyFiles(t.testdir())
  const start = () =>
    buildApp({
      HOST: '127.0.0.1',
      PORT: 0,
      LOG_LEVEL: 'silent',
      IDENTITY_KEY: TEST_IDENTITY_KEY,
      DATABASE_URL: options.databaseUrl ?? urls.databaseUrl,
      RELAY_DATABASE_URL: urls.relayUrl,
      SYSTEM_DATABASE_URL: urls.systemUrl,
      DATABASE_POOL_SIZE: 4,
      NATS_URL: natsUrlFor(natsUrl, 'audit'),
      CHECKPOINT_SECONDS: options.checkpointSeconds ?? 3600,
      ...files,
    })
  const app = await start()
  const admin = new pg.Client({ connectionString: urls.adminDatabaseUrl })
  await admin.connect()
  t.teardown(async () => {
    await app.close()
    await admin.end()
  })
  await app.ready()
  const sql = async <Row extends object>(text: string, values: unknown[] = []) =>
    (await admin.query<Row>(text, values)).rows
  const as = (caller: TestCaller) => callerOf(app, 'audit', { ...CITY, ...caller })
  const stored = async () =>
    (await sql<{ n: number }>('select count(*)::int as n from event'))[0]?.n
  return { app, as, sql, stored, start, urls, natsUrl, files, publish: publisher(t, natsUrl) }
}

function keyFiles(folder: string) {
  const CHECKPOINT_KEY_FILE = join(folder, 'key.json')
  writeFileSync(CHECKPOINT_KEY_FILE, JSON.stringify(checkpointKey()))
  return { CHECKPOINT_KEY_FILE, CHECKPOINT_FILE: join(folder, 'checkpoints.jsonl') }
}

/** A new key for checkpoints, as a private JWK. */
export function checkpointKey(): object {
  return generateKeyPairSync('ed25519').privateKey.export({ format: 'jwk' })
}

/** Publishes events as the service they name, as its relay would. */
function publisher(t: Test, natsUrl: string) {
  const nats = connectNats({ url: natsUrlFor(natsUrl, 'patient'), name: 'patient', logger: silent })
  t.teardown(() => nats.close())
  return async (events: readonly AuditEvent[]) => {
    await until(() => nats.isUp())
    const jetstream = nats.connection?.jetstream()
    const send = (event: AuditEvent) => {
      const subject = auditSubject(event.hospital_id, event.service, event.action)
      return jetstream?.publish(subject, JSON.stringify({ events: [event] }), {
        msgID: randomUUID(),
      })
    }
    await Promise.all(events.map(send))
  }
}

/** Signs where the chains are, as the service does every minute, and tells what it logged. */
export async function signer(
  t: Test,
  { systemUrl }: { systemUrl: string },
  files: { CHECKPOINT_KEY_FILE: string; CHECKPOINT_FILE: string },
) {
  const options = { url: systemUrl, poolSize: 1, applicationName: 'signer', logger: silent }
  const system = createSystemDatabase<Database>(options)
  const witness = new CheckpointWitness(files.CHECKPOINT_FILE)
  await witness.open()
  t.teardown(() => Promise.all([system.close(), witness.close()]))
  const logged: string[] = []
  const checkpointer = new Checkpointer({
    ...readCheckpointKeys(files.CHECKPOINT_KEY_FILE),
    repository: new SystemCheckpointRepository(system.db),
    witness,
    everySeconds: 3600,
    logger: { error: (_: object, message: string) => logged.push(message) } as never,
  })
  return {
    sign: async () => {
      logged.length = 0
      await checkpointer.stop()
      return logged
    },
  }
}

/** A plausible event of the patient service; `changes` over it. */
export function somethingHappened(changes: Partial<AuditEvent> = {}): AuditEvent {
  return {
    id: uuidv7(),
    occurred_at: new Date().toISOString(),
    hospital_id: CITY.hospital_id,
    service: 'patient',
    action: 'patient.read',
    outcome: 'success',
    actor: {
      id: randomUUID(),
      username: 'nurse_city',
      role: 'nurse',
      session_id: randomUUID(),
      ip: '192.0.2.7',
      user_agent: null,
    },
    request_id: randomUUID(),
    ...changes,
  }
}

export const many = (count: number, changes: Partial<AuditEvent> = {}) =>
  Array.from({ length: count }, () => somethingHappened(changes))

/** The repository that appends, on a pool of its own. */
export function systemRepository(t: Test, systemUrl: string) {
  const options = { url: systemUrl, poolSize: 1, applicationName: 'test', logger: silent }
  const system = createSystemDatabase<Database>(options)
  t.teardown(() => system.close())
  return new SystemEventRepository(system.db)
}
