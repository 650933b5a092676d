import { randomUUID } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import { testIdentity } from '@wardstone/cluster/testing'
import type { AuditEvent } from '@wardstone/contracts'
import { ensureStreams } from '@wardstone/events'
import { connect, type JetStreamManager } from 'nats'
import t from 'tap'
import {
  build,
  CITY,
  many,
  RIVERSIDE,
  somethingHappened,
  systemRepository,
  until,
} from './helper.ts'

t.test('the chain', async (t) => {
  const { as, sql, stored, publish, natsUrl } = await build(t)
  const admin = as({ role: 'admin' })
  const verify = async () => (await admin.get('/api/audit/verify')).json()

  await t.test('is sound when it is empty', async (t) => {
    t.match(await verify(), { ok: true, events: 0, head: { seq: 0, hash: /^[0-9a-f]{64}$/ } })
    await until(async () => (await stored()) === 1)
  })

  await t.test('holds each event once after the whole stream came twice more', async (t) => {
    const events = [
      ...many(40, { patient_ids: [randomUUID(), randomUUID()] }),
      ...many(20, { hospital_id: RIVERSIDE.hospital_id }),
      ...many(5, { hospital_id: null, action: 'auth.login_failed', outcome: 'failure' }),
    ]
    await publish(events)
    await until(async () => (await stored()) === 66)
    const before = await sql('select * from chain_head order by hospital_id')
    await publish(events)
    await until(() => deliveredAll(natsUrl))
    await replay(natsUrl)
    await until(() => deliveredAll(natsUrl))
    t.equal(await stored(), 66)
    t.same(await sql('select * from chain_head order by hospital_id'), before)
    t.match(await verify(), { ok: true, events: 41 })
  })

  await t.test('one hospital’s event does not keep another’s of the same id out', async (t) => {
    const [event] = many(1) as [AuditEvent]
    await publish([event, { ...event, hospital_id: RIVERSIDE.hospital_id }])
    await until(() => deliveredAll(natsUrl))
    const chains = await sql('select hospital_id from event where event_id = $1', [event.id])
    t.equal(chains.length, 2)
  })
})

async function manage<T>(natsUrl: string, work: (manager: JetStreamManager) => Promise<T>) {
  const { username, password, host } = new URL(natsUrl)
  const connection = await connect({ servers: host, user: username, pass: password })
  try {
    return await work(await connection.jetstreamManager())
  } finally {
    await connection.close()
  }
}

const deliveredAll = (natsUrl: string) =>
  manage(natsUrl, async (manager) => {
    const { num_pending, num_ack_pending } = await manager.consumers.info('AUDIT', 'audit')
    return num_pending === 0 && num_ack_pending === 0
  })

/** Makes the consumer anew: it gets the whole stream from the start. */
async function replay(natsUrl: string) {
  await manage(natsUrl, (manager) => manager.consumers.delete('AUDIT', 'audit'))
  await ensureStreams(natsUrl)
}

t.test('8 writers × 500 events for one hospital: no fork, no gap, each once', async (t) => {
  const { as, sql, urls } = await build(t, { withoutNats: true })
  const given = Array.from({ length: 8 }, () => many(500))
  await Promise.all(
    given.map(async (events, writer) => {
      const repository = systemRepository(t, urls.systemUrl)
      for (let from = 0; from < events.length; from += 20) {
        const batch = events.slice(from, from + 20)
        // What comes twice is in the chain once, whoever brings it; and others' chains are in the way.
        const again = given[(writer + 1) % 8]?.slice(0, 2) ?? []
        const others = many(2, { hospital_id: RIVERSIDE.hospital_id })
        const [first, second] = writer % 2 === 0 ? [others, batch] : [batch, others]
        await repository.append([...first, ...second, ...again])
      }
    }),
  )
  const [chain] = await sql(
    `select count(*)::int as events, min(seq)::int as first, max(seq)::int as last,
      count(distinct prev_hash)::int as links, count(distinct event_id)::int as ids
     from event where hospital_id = $1`,
    [CITY.hospital_id],
  )
  t.same(chain, { events: 4000, first: 1, last: 4000, links: 4000, ids: 4000 })
  for (const [hospital, events] of [
    [CITY, 4000],
    [RIVERSIDE, 400],
  ] as const) {
    const verdict = (await as({ role: 'admin', ...hospital }).get('/api/audit/verify')).json()
    t.match(verdict, { ok: true, events, head: { seq: events } })
  }
})

t.test('keeps every text as it was', async (t) => {
  const { as, urls } = await build(t)
  const repository = systemRepository(t, urls.systemUrl)
  const texts = [
    'é e\u0301 😀',
    '\u0000\u001f\u007f',
    '"\\/',
    '\ud800 alone',
    "'; drop table event --",
    '\u2028',
  ]
  await repository.append(texts.map((reason) => somethingHappened({ reason })))
  const admin = as({ role: 'admin' })
  t.match((await admin.get('/api/audit/verify')).json(), { ok: true, events: texts.length })
  const { results } = (await admin.get('/api/audit/events')).json()
  t.same(results.map(({ reason }: { reason: string }) => reason).reverse(), texts)
})

t.test('what is no audit event is put away, counted, and holds up nobody', async (t) => {
  const { app, sql, stored, publish } = await build(t)
  const metrics = async () => (await app.metrics.registry.metrics()).split('\n')
  const bad = { ...somethingHappened(), colour: 'red' }
  const neighbours = [somethingHappened(), somethingHappened()]
  await publish([neighbours[0] as AuditEvent, bad, neighbours[1] as AuditEvent])
  await until(async () => (await stored()) === 2)
  const ids = neighbours.map(({ id }) => id).sort()
  t.same(
    (await sql('select event_id from event order by event_id')).map(Object.values),
    ids.map((id) => [id]),
  )
  await publish([bad])
  await publish([somethingHappened()])
  await until(async () => (await stored()) === 3)
  t.match(await sql('select reason, subject from dead_letter'), [{ reason: 'schema' }])
  const told = await metrics()
  t.ok(told.includes('audit_dead_letters_total{reason="schema"} 1'), 'the same one counts once')
  t.ok(told.includes('audit_dead_letters_total{reason="hospital"} 0'))
  t.ok(told.includes('audit_events_appended_total 3'))
  t.ok(told.includes('audit_event_delay_seconds_count 3'))
  await until(async () => (await metrics()).includes('audit_events_waiting 0'))
  t.notMatch(told.join(), CITY.hospital_id)
})

t.test('an event that the database cannot hold is put away, and holds up nobody', async (t) => {
  const { sql, stored, publish } = await build(t)
  // In UTC it is of the year 10000.
  const late = somethingHappened({ occurred_at: '9999-12-31T23:59:59.000-01:00' })
  await publish([somethingHappened(), late, somethingHappened()])
  await until(async () => (await sql('select from dead_letter')).length > 0)
  await until(async () => (await stored()) === 2)
  t.match(await sql('select reason from dead_letter'), [{ reason: 'refused' }])
})

t.test('nobody verifies for somebody who has left', async (t) => {
  const { app, as, urls, sql } = await build(t, { withoutNats: true })
  const repository = systemRepository(t, urls.systemUrl)
  for (let made = 0; made < 8; made += 1) await repository.append(many(1000))
  const told = async () => (await sql('select from outbox')).length
  const admin = as({ role: 'admin' })
  const started = performance.now()
  await admin.get('/api/audit/verify')
  const took = performance.now() - started
  t.equal(await told(), 1)

  const url = await app.listen({ host: '127.0.0.1', port: 0 })
  const called = { service: 'audit', method: 'GET', url: '/api/audit/verify' }
  const headers = testIdentity({ role: 'admin', ...CITY }, called)
  const signal = AbortSignal.timeout(Math.round(took / 8))
  await t.rejects(fetch(`${url}/api/audit/verify`, { headers, signal }))
  await sleep(2 * took)
  t.equal(await told(), 1, 'it ended where it was')
})

t.test('without NATS nobody knows what waits', async (t) => {
  const { app } = await build(t, { withoutNats: true })
  t.match(await app.metrics.registry.metrics(), /^audit_events_waiting Nan$/m)
})

t.test('what waits in the outbox is seen, and for how long', async (t) => {
  const { app, as } = await build(t, { withoutNats: true })
  const metrics = () => app.metrics.registry.metrics()
  await until(async () => /^outbox_pending 0$/m.test(await metrics()))
  await as({ role: 'admin' }).get('/api/audit/events')
  await until(async () => /^outbox_pending 1$/m.test(await metrics()))
  await until(async () => /^outbox_oldest_age_seconds [2-9]/m.test(await metrics()))
  await app.close()
  t.match(await metrics(), /^outbox_pending Nan$/m, 'somebody else publishes now')
})
