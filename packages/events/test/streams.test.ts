import { setTimeout as sleep } from 'node:timers/promises'
import { natsUrlFor, privateNats } from '@wardstone/cluster/testing'
import { AUDIT_STREAM, DOMAIN_STREAM } from '@wardstone/contracts'
import { connect, type NatsConnection } from 'nats'
import t, { type Test } from 'tap'
import { connectionOptions } from '../src/connection.ts'
import { connectNats, DomainNews, ensureStreams, keepStreams } from '../src/index.ts'
import { memoryLogger, names, natsAs, stoppablePipeline, until, writeRows } from './helper.ts'

const HOSPITAL = '0190a000-0000-7000-8000-00000000000a'

async function connectAs(t: Test, url: string, user: string): Promise<NatsConnection> {
  const connection = await connect(connectionOptions(natsUrlFor(url, user), user))
  t.teardown(() => connection.close())
  return connection
}

t.test('ensures streams and consumers, also when it has done so before', async (t) => {
  const url = await privateNats(t)
  await ensureStreams(url)
  await ensureStreams(url)
  const manager = await (await connectAs(t, url, 'admin')).jetstreamManager()
  for (const name of [AUDIT_STREAM, DOMAIN_STREAM]) {
    const { config } = await manager.streams.info(name)
    t.match(config, { storage: 'file', discard: 'new', deny_delete: true, deny_purge: true })
  }
  t.match((await manager.consumers.info(AUDIT_STREAM, 'audit')).config, { max_deliver: -1 })
  t.match((await manager.consumers.info(DOMAIN_STREAM, 'auth')).config, {
    filter_subject: 'domain.*.hospital.>',
  })
})

t.test('puts back what was lost, while it keeps them', async (t) => {
  const url = await privateNats(t)
  const keeper = keepStreams({ url, logger: memoryLogger(), every: 50 })
  t.teardown(() => keeper.close())
  const manager = await (await connectAs(t, url, 'admin')).jetstreamManager()
  const found = () => manager.consumers.info(AUDIT_STREAM, 'audit').catch(() => undefined)
  await until(found)
  await manager.streams.delete(AUDIT_STREAM)
  await until(found)
  t.match(await manager.streams.info(AUDIT_STREAM), { state: { messages: 0 } })
})

t.test('says so when JetStream does not get ready', async (t) => {
  await t.rejects(ensureStreams('nats://admin:secret@127.0.0.1:1', 100), /JetStream/)
})

t.test('users may do their own work only', async (t) => {
  const url = await privateNats(t)
  await ensureStreams(url)
  const patient = await connectAs(t, url, 'patient')
  const gateway = await connectAs(t, url, 'gateway')
  const publish = (connection: NatsConnection, subject: string) =>
    connection.jetstream().publish(subject, '{}', { timeout: 2000 })

  t.equal((await publish(patient, `audit.${HOSPITAL}.patient.patient.read`)).stream, 'AUDIT')
  t.equal((await publish(patient, `domain.${HOSPITAL}.patient.patient.created`)).stream, 'DOMAIN')
  t.equal((await publish(gateway, `audit.platform.gateway.access.denied`)).stream, 'AUDIT')
  const forged: [NatsConnection, string][] = [
    [patient, `audit.${HOSPITAL}.auth.auth.login`],
    [patient, `domain.${HOSPITAL}.hospital.hospital.suspended`],
    [gateway, `audit.${HOSPITAL}.patient.patient.read`],
    [gateway, `domain.${HOSPITAL}.auth.session.revoked`],
    [patient, '$JS.API.STREAM.DELETE.AUDIT'],
    [patient, '$JS.API.STREAM.PURGE.AUDIT'],
    [patient, '$JS.API.STREAM.UPDATE.AUDIT'],
    [patient, '$JS.API.STREAM.MSG.GET.AUDIT'],
    [patient, '$JS.API.CONSUMER.MSG.NEXT.AUDIT.audit'],
    [patient, '$JS.API.CONSUMER.DURABLE.CREATE.AUDIT.mine'],
  ]
  for (const [connection, subject] of forged) {
    await t.rejects(connection.request(subject, '{}', { timeout: 2000 }), /permissions/i, subject)
  }
})

t.test('the gateway hears what ends sessions, and nobody else listens', async (t) => {
  const url = await privateNats(t)
  await ensureStreams(url)
  const heard: string[] = []
  const listen = (connection: NatsConnection, subject: string, refusals: Error[] = []) =>
    connection.subscribe(subject, {
      callback: (error, message) => {
        if (error) refusals.push(error)
        else heard.push(message.subject)
      },
    })
  const gateway = await connectAs(t, url, 'gateway')
  listen(gateway, 'domain.*.auth.>')
  listen(gateway, 'domain.*.hospital.hospital.>')
  await gateway.flush()
  const auth = await connectAs(t, url, 'auth')
  await auth.jetstream().publish(`domain.${HOSPITAL}.auth.session.revoked`, '{}')
  await until(() => heard.length === 1)

  const refusals: Error[] = []
  listen(auth, 'audit.>', refusals)
  listen(auth, 'domain.>', refusals)
  listen(auth, '_INBOX_patient.>', refusals)
  await until(() => refusals.length === 3)
  t.match(refusals, [/permissions/i, /permissions/i, /permissions/i])
})

t.test('strangers do not get in', async (t) => {
  const { host } = new URL(await privateNats(t))
  const anonymous = { ...connectionOptions(`nats://${host}`, 'x'), reconnect: false }
  await t.rejects(connect(anonymous), /authorization/i)
})

t.test('a process connects when NATS comes, and closes without it', async (t) => {
  const away = connectNats({ url: 'nats://a:b@127.0.0.1:1', name: 'a', logger: memoryLogger() })
  await sleep(100)
  t.equal(away.isUp(), false)
  t.equal(away.connection, undefined)
  await away.close()
  const nats = natsAs(t, await privateNats(t), 'patient')
  const connections: unknown[] = []
  nats.onConnection((connection) => connections.push(connection))
  await until(() => nats.isUp())
  t.same(connections.length, 1)
})

t.test('news of hospitals are heard by who may, and nobody else thinks to hear them', async (t) => {
  const url = await privateNats(t)
  const subject = 'domain.*.hospital.hospital.>'
  const [ours, theirs] = (['hospital', 'patient'] as const).map((user) => {
    const logger = memoryLogger()
    const news = new DomainNews({ nats: natsAs(t, url, user), subject, logger })
    const heard: string[] = []
    news.listen({ changed: (id) => heard.push(id), missed: () => heard.push('missed') })
    return { news, heard, logger }
  })
  await until(() => ours?.news.isHearing && theirs?.logger.lines.length === 1)
  t.same([theirs?.news.isHearing, theirs?.heard], [false, ['missed']])
  const admin = natsAs(t, url, 'admin')
  await until(() => admin.isUp())
  admin.connection?.publish('domain.a.hospital.hospital.updated', '{}')
  admin.connection?.publish('domain.b.auth.session.revoked', '{}')
  admin.connection?.publish('domain.c.hospital.hospital.suspended', '{}')
  await until(() => ours?.heard.length === 2)
  t.same(ours?.heard, ['a', 'c'])
})

t.test('every row arrives although the JetStream folder is deleted', async (t) => {
  const { nats, writer, admin, sink, startRelay } = await stoppablePipeline(t)
  const keeper = keepStreams({ url: nats.natsUrl, logger: memoryLogger(), every: 200 })
  t.teardown(() => keeper.close())
  const relay = startRelay()
  await writeRows(writer, names('before', 50))
  await until(() => sink.seen.size === 50)
  await sink.consumer.stop()
  await writeRows(writer, names('lost', 50))
  await until(() => relay.stats().published === 100)
  const writing = (async () => {
    for (const name of names('during', 50)) await writeRows(writer, [name], 10)
  })()
  await nats.loseStreams()
  await writing
  await writeRows(writer, names('after', 50))
  sink.restart()
  await until(() => sink.seen.size === 200)
  await until(async () => {
    const { rows } = await admin.query('select count(*)::int as count from outbox')
    return rows[0].count === 0
  })
  t.equal(sink.seen.size, 200)
})
