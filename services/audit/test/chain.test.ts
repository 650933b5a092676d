import { randomUUID } from 'node:crypto'
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

t.test('eight writers append without a fork', async (t) => {
  const { as, urls, stored } = await build(t)
  const writers = Array.from({ length: 8 }, async () => {
    const repository = systemRepository(t, urls.systemUrl)
    for (let batch = 0; batch < 10; batch += 1) {
      const hospitals = [CITY.hospital_id, RIVERSIDE.hospital_id].sort(() => Math.random() - 0.5)
      await repository.append(hospitals.flatMap((hospital_id) => many(5, { hospital_id })))
    }
  })
  await Promise.all(writers)
  t.equal(await stored(), 800)
  for (const hospital of [CITY, RIVERSIDE]) {
    const verdict = (await as({ role: 'admin', ...hospital }).get('/api/audit/verify')).json()
    t.match(verdict, { ok: true, events: 400, head: { seq: 400 } })
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

t.test('what is no audit event is put away and holds up nobody', async (t) => {
  const { sql, stored, publish } = await build(t)
  const bad = { ...somethingHappened(), colour: 'red' }
  await publish([somethingHappened(), bad, somethingHappened()])
  await until(async () => (await stored()) === 2)
  await publish([bad])
  await publish([somethingHappened()])
  await until(async () => (await stored()) === 3)
  t.match(await sql('select reason, subject from dead_letter'), [{ reason: 'schema' }])
})
