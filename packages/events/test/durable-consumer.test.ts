import { setTimeout as sleep } from 'node:timers/promises'
import { natsUrlFor, privateNats, stoppableNats } from '@wardstone/cluster/testing'
import { AUDIT_STREAM, auditSubject } from '@wardstone/contracts'
import { connect, type NatsConnection } from 'nats'
import t, { type Test } from 'tap'
import { connectionOptions } from '../src/connection.ts'
import { ensureStreams, keepStreams } from '../src/index.ts'
import { collector, HOSPITAL, memoryLogger, names, until } from './helper.ts'

async function publish(connection: NatsConnection, payloads: readonly string[], timeout = 20_000) {
  const jetstream = connection.jetstream()
  const subject = auditSubject(HOSPITAL, 'patient', 'patient.read')
  await Promise.all(
    payloads.map((each) => jetstream.publish(subject, each, { msgID: each, timeout })),
  )
}

async function connectAs(t: Test, url: string, user: string) {
  const connection = await connect(connectionOptions(natsUrlFor(url, user), user))
  t.teardown(() => connection.close())
  return connection
}

t.test('acknowledges what was handled, in batches', async (t) => {
  const url = await privateNats(t)
  await ensureStreams(url)
  const sizes: number[] = []
  const producer = await connectAs(t, url, 'patient')
  await publish(producer, names('m', 1000))
  const { seen, consumer } = collector(t, url, (messages) => void sizes.push(messages.length))
  await until(() => seen.size === 1000)
  await consumer.stop()
  t.ok(Math.max(...sizes) <= 200, 'at most 200 at once')
  const manager = await (await connectAs(t, url, 'admin')).jetstreamManager()
  const info = await manager.consumers.info(AUDIT_STREAM, 'audit')
  t.match(info, { num_ack_pending: 0, num_pending: 0, ack_floor: { stream_seq: 1000 } })
})

t.test('a bad message is found in its batch, and comes again alone', async (t) => {
  const url = await privateNats(t)
  await ensureStreams(url)
  await publish(await connectAs(t, url, 'patient'), names('m', 200))
  const alone: number[] = []
  const { seen } = collector(t, url, (messages) => {
    const bad = messages.some(({ payload }) => Buffer.from(payload).toString() === 'm-125')
    if (bad) alone.push(messages.length)
    if (bad && alone.filter((size) => size === 1).length < 3) throw new Error('cannot store')
  })
  await until(() => seen.size === 199)
  t.ok(alone.length <= 10, 'found by halving')
  await until(() => seen.size === 200)
  t.ok(
    [...seen.values()].every((times) => times === 1),
    'once each',
  )
})

t.test('when everything fails it waits, and then goes on at full speed', async (t) => {
  const url = await privateNats(t)
  await ensureStreams(url)
  await publish(await connectAs(t, url, 'patient'), names('m', 2000))
  let calls = 0
  let away = true
  const { seen, logger } = collector(t, url, () => {
    calls += 1
    if (away) throw new Error('the database is away')
  })
  await sleep(3000)
  t.ok(calls <= 80, `${calls} attempts`)
  t.match(logger.lines.at(-1), { level: 'error', message: 'batch failed' })
  away = false
  calls = 0
  await until(() => seen.size === 2000)
  t.ok(
    [...seen.values()].every((times) => times === 1),
    'once each',
  )
  t.ok(calls < 40, `${calls} batches`)
})

t.test('goes on when the consumer was lost, the server restarted or killed', async (t) => {
  const servers = await stoppableNats(t)
  const keeper = keepStreams({ url: servers.natsUrl, logger: memoryLogger(), every: 100 })
  t.teardown(() => keeper.close())
  await ensureStreams(servers.natsUrl)
  const { seen } = collector(t, servers.natsUrl)
  const producer = await connectAs(t, servers.natsUrl, 'patient')
  const admin = await connectAs(t, servers.natsUrl, 'admin')
  const manager = await admin.jetstreamManager()
  await publish(producer, ['a'])
  await until(() => seen.has('a'))

  await manager.consumers.delete(AUDIT_STREAM, 'audit')
  await until(() => manager.consumers.info(AUDIT_STREAM, 'audit').catch(() => false))
  await publish(producer, ['b'])
  await until(() => seen.has('b'))

  await servers.stopNats()
  await servers.startNats()
  await until(() =>
    publish(producer, ['c'], 1000).then(
      () => true,
      () => false,
    ),
  )
  await until(() => seen.has('c'))

  await servers.killNats()
  await until(() =>
    publish(producer, ['d'], 1000).then(
      () => true,
      () => false,
    ),
  )
  await until(() => seen.has('d'))
  t.same([...seen.keys()].sort(), ['a', 'b', 'c', 'd'])
})

t.test('stop finishes the batch under way and gives back the rest', async (t) => {
  const url = await privateNats(t)
  await ensureStreams(url)
  const first = collector(t, url, () => sleep(200))
  await publish(await connectAs(t, url, 'patient'), names('m', 450))
  await until(() => first.seen.size > 0)
  await first.consumer.stop()
  const done = first.seen.size
  const second = collector(t, url)
  // The server gives one of them to the request of the one who left, and takes it back later.
  await until(() => second.seen.size >= 450 - done - 1, 5000)
  t.notOk(
    [...first.seen.keys()].some((key) => second.seen.has(key)),
    'nothing twice',
  )
})
