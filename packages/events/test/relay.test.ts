import { setTimeout as sleep } from 'node:timers/promises'
import { privateNats, testServers } from '@wardstone/cluster/testing'
import { AUDIT_STREAM } from '@wardstone/contracts'
import { connect } from 'nats'
import t from 'tap'
import { connectionOptions } from '../src/connection.ts'
import { names, pipeline, privatePipeline, stoppablePipeline, until, writeRows } from './helper.ts'

const waiting = 'select count(*)::int as count from outbox'

t.test('publishes each committed row once and deletes it when it was consumed', async (t) => {
  const { adminUrl } = await testServers()
  const { writer, admin, sink, startRelay } = await pipeline(t, {
    adminUrl,
    natsUrl: await privateNats(t),
  })
  const relay = startRelay()
  await writeRows(writer, names('row', 300))
  relay.poke()
  await until(() => sink.seen.size === 300)
  t.ok(
    [...sink.seen.values()].every((times) => times === 1),
    'once each',
  )
  await until(async () => (await admin.query(waiting)).rows[0].count === 0)
  await until(() => relay.stats().pending === 0)
  t.equal(relay.stats().published, 300)
  t.same([...sink.seen.keys()], names('row', 300), 'in the order of the changes, not of their ids')
})

t.test('loses no row that commits after a later one', async (t) => {
  const { adminUrl } = await testServers()
  const { writer, sink, startRelay } = await pipeline(t, {
    adminUrl,
    natsUrl: await privateNats(t),
  })
  startRelay()
  const writers = names('writer', 8).map(async (name) => {
    for (const row of names(name, 15)) await writeRows(writer, [row], Math.random() * 60)
  })
  await Promise.all(writers)
  await until(() => sink.seen.size === 120)
  t.ok(
    [...sink.seen.values()].every((times) => times === 1),
    'once each',
  )
})

t.test('a waiting instance takes over', async (t) => {
  const { adminUrl } = await testServers()
  const { writer, sink, startRelay } = await pipeline(t, {
    adminUrl,
    natsUrl: await privateNats(t),
  })
  const first = startRelay()
  await writeRows(writer, names('a', 5))
  await until(() => sink.seen.size === 5)
  const second = startRelay()
  await sleep(300)
  t.equal(second.stats().published, 0, 'waits')
  await first.stop()
  await writeRows(writer, names('b', 5))
  await until(() => sink.seen.size === 10)
  t.equal(second.stats().published, 5)
  t.ok(
    [...sink.seen.values()].every((times) => times === 1),
    'once each',
  )
})

t.test('one bad row holds up nobody and is not lost', async (t) => {
  const { adminUrl } = await testServers()
  const { writer, admin, sink, startRelay } = await pipeline(t, {
    adminUrl,
    natsUrl: await privateNats(t),
  })
  await writeRows(writer, names('before', 3))
  await writeRows(writer, ['x'.repeat(1024 * 1024 + 1)])
  await admin.query(`insert into outbox (hospital_id, id, subject, payload) values
    (gen_random_uuid(), gen_random_uuid(), 'audit.platform.auth.auth.login', 'forged')`)
  await writeRows(writer, names('after', 3))
  const relay = startRelay()
  await until(() => sink.seen.size === 6)
  await until(async () => (await admin.query(waiting)).rows[0].count === 2)
  const refused = relay.logger.lines.filter(({ level }) => level === 'error')
  t.ok(refused.length >= 2 && refused.length < 8, 'says so, without spinning')
})

t.test('a full stream makes rows wait, without haste and without loss', async (t) => {
  const { adminUrl } = await testServers()
  const natsUrl = await privateNats(t)
  const { writer, admin, sink, startRelay } = await pipeline(t, { adminUrl, natsUrl })
  const connection = await connect(connectionOptions(natsUrl, 'admin'))
  t.teardown(() => connection.close())
  const manager = await connection.jetstreamManager()
  await manager.streams.update(AUDIT_STREAM, { max_bytes: 20_000 })
  const relay = startRelay()
  await writeRows(writer, names('x'.repeat(200), 200))
  relay.poke()
  await until(() => sink.seen.size > 20)
  const { rows } = await admin.query(
    'select pg_stat_get_db_xact_commit(oid) as n from pg_database where datname = current_database()',
  )
  for (let poke = 0; poke < 50; poke += 1) {
    relay.poke()
    await sleep(40)
  }
  const after = await admin.query(
    'select pg_stat_get_db_xact_commit(oid) as n from pg_database where datname = current_database()',
  )
  t.ok(after.rows[0].n - rows[0].n < 60, 'without haste')
  t.ok(sink.seen.size < 200)
  await manager.streams.update(AUDIT_STREAM, { max_bytes: -1 })
  await until(() => sink.seen.size === 200)
  t.ok(
    [...sink.seen.values()].every((times) => times === 1),
    'once each',
  )
  t.same([...sink.seen.keys()], names('x'.repeat(200), 200), 'none overtook one that was not taken')
})

t.test('NATS down while 50 rows are written', async (t) => {
  const { nats, writer, admin, sink, startRelay } = await stoppablePipeline(t)
  startRelay()
  await writeRows(writer, ['warm'])
  // Gone from the outbox: its acknowledgement has arrived, so that it is not delivered again.
  await until(async () => (await admin.query(waiting)).rows[0].count === 0)
  await nats.stopNats()
  for (const name of names('down', 50)) await writeRows(writer, [name])
  await sleep(500)
  await nats.startNats()
  await until(() => sink.seen.size === 51)
  await sleep(500)
  t.ok(
    [...sink.seen.values()].every((times) => times === 1),
    'once each',
  )
  await until(async () => (await admin.query(waiting)).rows[0].count === 0)
})

t.test('PostgreSQL and NATS killed again and again', { timeout: 90_000 }, async (t) => {
  const { servers, writer, admin, sink, startRelay } = await privatePipeline(t)
  startRelay()
  let stop = false
  let written = 0
  const committed = new Set<string>()
  const writing = (async () => {
    while (!stop) {
      const name = `row-${written++}`
      await writeRows(writer, [name]).then(
        () => committed.add(name),
        () => sleep(50),
      )
      await sleep(2)
    }
  })()
  for (let round = 0; round < 3; round += 1) {
    await sleep(700)
    await servers.killNats()
    await sleep(700)
    await servers.killPostgres()
  }
  await sleep(1500)
  stop = true
  await writing
  t.ok(committed.size > 50, `${committed.size} rows committed`)
  await until(() => [...committed].every((name) => sink.seen.has(name)), 40_000)
  await until(async () => (await admin.query(waiting)).rows[0].count === 0, 30_000)
})
