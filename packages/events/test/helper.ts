import { randomUUID } from 'node:crypto'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import {
  natsUrlFor,
  type PrivateServers,
  privateServers,
  stoppableNats,
  testDatabase,
  testServers,
} from '@wardstone/cluster/testing'
import { AUDIT_STREAM, auditSubject } from '@wardstone/contracts'
import pg from 'pg'
import type { Test } from 'tap'
import {
  connectNats,
  DurableConsumer,
  ensureStreams,
  type Nats,
  OutboxRelay,
  type ReceivedMessage,
} from '../src/index.ts'

export const HOSPITAL = '0190a000-0000-7000-8000-00000000000a'

/** A logger that remembers what it was told. */
export function memoryLogger() {
  const lines: { level: string; message: string; fields: object }[] = []
  const at = (level: string) => (fields: object, message: string) => {
    lines.push({ level, message, fields })
  }
  return { lines, info: at('info'), warn: at('warn'), error: at('error') }
}

/** Waits until `check` holds. */
export async function until(check: () => unknown, within = 20_000): Promise<void> {
  const end = Date.now() + within
  while (!(await check())) {
    if (Date.now() > end) throw new Error(`not within ${within} ms: ${check}`)
    await sleep(20)
  }
}

/** A connection as one of the users, closed with the test. */
export function natsAs(t: Test, natsUrl: string, user: string): Nats {
  const nats = connectNats({ url: natsUrlFor(natsUrl, user), name: user, logger: memoryLogger() })
  t.teardown(() => nats.close())
  return nats
}

/** An outbox database with a writer, a relay for it and the consumer `audit`, on servers of the test. */
export async function pipeline(t: Test, servers: { adminUrl: string; natsUrl: string }) {
  await ensureStreams(servers.natsUrl)
  const folder = join(import.meta.dirname, 'migrations')
  const { relayUrl, systemUrl, adminDatabaseUrl } = await testDatabase(t, 'events', {
    folder,
    adminUrl: servers.adminUrl,
  })
  const writer = new pg.Pool({ connectionString: systemUrl, max: 10 })
  const admin = new pg.Pool({ connectionString: adminDatabaseUrl, max: 2 })
  for (const pool of [writer, admin]) {
    pool.on('error', () => {})
    pool.on('connect', (client) => client.on('error', () => {}))
  }
  const sink = collector(t, servers.natsUrl)
  const startRelay = () => {
    const logger = memoryLogger()
    const nats = natsAs(t, servers.natsUrl, 'patient')
    const relay = new OutboxRelay({ connectionString: relayUrl, nats, logger })
    relay.start()
    t.teardown(() => relay.stop())
    return Object.assign(relay, { logger })
  }
  t.teardown(() => Promise.all([writer.end(), admin.end()]))
  return { writer, admin, sink, startRelay }
}

/** The pipeline on a nats-server that this test may stop. */
export async function stoppablePipeline(t: Test) {
  const nats = await stoppableNats(t)
  const { adminUrl } = await testServers()
  return { nats, ...(await pipeline(t, { adminUrl, natsUrl: nats.natsUrl })) }
}

/** Servers that this test may stop, and the pipeline on them. */
export async function privatePipeline(t: Test) {
  const servers: PrivateServers = await privateServers(t)
  return { servers, ...(await pipeline(t, servers)) }
}

/** What the consumer `audit` was given: how often each payload. */
export function collector(
  t: Test,
  natsUrl: string,
  handle: (messages: readonly ReceivedMessage[]) => void | Promise<void> = () => {},
) {
  const seen = new Map<string, number>()
  const nats = natsAs(t, natsUrl, 'audit')
  const logger = memoryLogger()
  const start = () => {
    const consumer = new DurableConsumer({
      nats,
      stream: AUDIT_STREAM,
      durable: 'audit',
      logger,
      handle: async (messages) => {
        await handle(messages)
        for (const { payload } of messages) {
          const key = Buffer.from(payload).toString()
          seen.set(key, (seen.get(key) ?? 0) + 1)
        }
      },
    })
    consumer.start()
    t.teardown(() => consumer.stop())
    return consumer
  }
  return { seen, logger, consumer: start(), restart: start }
}

/** Commits `count` rows, `hold` ms after their insert. */
export async function writeRows(writer: pg.Pool, names: readonly string[], hold = 0) {
  const client = await writer.connect()
  try {
    await client.query('begin')
    for (const name of names) {
      await client.query(
        'insert into outbox (hospital_id, id, subject, payload) values ($1, $2, $3, $4)',
        [HOSPITAL, randomUUID(), auditSubject(HOSPITAL, 'patient', 'patient.read'), name],
      )
    }
    if (hold > 0) await sleep(hold)
    await client.query('commit')
  } finally {
    client.release()
  }
}

export const names = (prefix: string, count: number) =>
  Array.from({ length: count }, (_, index) => `${prefix}-${index}`)
