import { createHash, randomUUID } from 'node:crypto'
import {
  appendFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  renameSync,
  rmSync,
  symlinkSync,
} from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { stoppableNats } from '@wardstone/cluster/testing'
import { auditSubject } from '@wardstone/contracts'
import t, { type Test } from 'tap'
import { AuditSpool, connectNats, ensureStreams, type Nats, startOf } from '../src/index.ts'
import { SpoolFile, spoolEntry } from '../src/spool-file.ts'
import { collector, HOSPITAL, memoryLogger, natsAs, until } from './helper.ts'

const subject = auditSubject(HOSPITAL, 'gateway', 'access.denied')

function spoolOf(t: Test, nats: Nats, folder: string, maxBytes?: number) {
  const logger = memoryLogger()
  const spool = new AuditSpool({ folder, nats, logger, ...(maxBytes && { maxBytes }) })
  t.teardown(() => spool.close())
  const record = async (count: number, prefix: string) => {
    for (let index = 0; index < count; index += 1) {
      await spool.record(subject, randomUUID(), { name: `${prefix}-${index}` })
    }
  }
  return { spool, logger, record }
}

/** Everything that the files of the folder hold. */
function spooled(folder: string): string {
  return readdirSync(folder)
    .map((name) => readFileSync(join(folder, name), 'utf8'))
    .join('')
}

/** As if another process had written the file: the one with this number, or one that had it before. */
function giveTo(pid: number, folder: string, name: string, isAlive: boolean): string {
  const mark = isAlive ? createHash('sha256').update(startOf(pid) ?? '') : undefined
  const to = `${pid}-${mark?.digest('hex').slice(0, 16) ?? '0'.repeat(16)}-${randomUUID()}.jsonl`
  renameSync(join(folder, name), join(folder, to))
  return to
}

async function build(t: Test) {
  const servers = await stoppableNats(t)
  await ensureStreams(servers.natsUrl)
  const order: string[] = []
  const sink = collector(t, servers.natsUrl, (messages) => {
    for (const { payload } of messages) order.push(JSON.parse(Buffer.from(payload).toString()).name)
  })
  const nats = natsAs(t, servers.natsUrl, 'gateway')
  return { servers, sink, order, nats, folder: t.testdir() }
}

t.test('delivers at once and forgets what the consumer has', async (t) => {
  const { nats, folder, sink } = await build(t)
  const { spool, record } = spoolOf(t, nats, folder)
  await record(100, 'event')
  await until(() => sink.seen.size === 100)
  await until(() => spooled(folder) === '')
  t.same(spool.stats(), { published: 100, dropped: 0, waiting: 0, unconfirmed: 0 })
})

t.test('keeps events while NATS is away, in order, each once', async (t) => {
  const { servers, nats, folder, sink, order } = await build(t)
  const { record } = spoolOf(t, nats, folder)
  await record(1, 'warm')
  // Forgotten: its acknowledgement has arrived, so that it is not delivered again.
  await until(() => sink.seen.size === 1 && spooled(folder) === '')
  await servers.stopNats()
  await record(50, 'away')
  t.equal(spooled(folder).match(/away/g)?.length, 50, 'in the file')
  await servers.startNats()
  await until(() => sink.seen.size === 51)
  t.same(
    order.slice(1),
    Array.from({ length: 50 }, (_, index) => `away-${index}`),
  )
  t.ok(
    [...sink.seen.values()].every((times) => times === 1),
    'once each',
  )
})

t.test('a new process delivers what the old one left, and skips a torn line', async (t) => {
  const { nats, folder, sink } = await build(t)
  const away = connectNats({
    url: 'nats://a:b@127.0.0.1:1',
    name: 'gateway',
    logger: memoryLogger(),
  })
  t.teardown(() => away.close())
  const old = spoolOf(t, away, folder)
  await old.record(20, 'left')
  await old.spool.close()
  const [own = ''] = readdirSync(folder)
  // In a container it had the number that we have.
  const left = giveTo(process.pid, folder, own, false)
  appendFileSync(join(folder, left), '{"id":"torn')
  const { logger, record } = spoolOf(t, nats, folder)
  await record(1, 'new')
  await until(() => sink.seen.size === 21)
  t.match(logger.lines[0], { fields: { entries: 20, broken: 1 } })
  await until(() => spooled(folder) === '')
  t.notOk(readdirSync(folder).includes(left), 'its file is gone')
})

t.test(
  'what another process holds is left to it until it ends, whoever has its number then',
  async (t) => {
    const { nats, folder, sink } = await build(t)
    const away = connectNats({
      url: 'nats://a:b@127.0.0.1:1',
      name: 'gateway',
      logger: memoryLogger(),
    })
    t.teardown(() => away.close())
    const old = spoolOf(t, away, folder)
    await old.record(3, 'held')
    await old.spool.close()
    const [own = ''] = readdirSync(folder)
    const held = giveTo(process.ppid, folder, own, true)
    const { record } = spoolOf(t, nats, folder)
    await record(1, 'new')
    await until(() => sink.seen.size === 1)
    t.match(readFileSync(join(folder, held), 'utf8'), 'held-2')
    giveTo(process.ppid, folder, held, false)
    await until(() => sink.seen.size === 4)
    await until(() => spooled(folder) === '')
  },
)

t.test('publishes again what JetStream lost', async (t) => {
  const { servers, nats, folder, sink } = await build(t)
  const { spool, record } = spoolOf(t, nats, folder)
  await record(1, 'warm')
  await until(() => sink.seen.size === 1)
  await sink.consumer.stop()
  await record(30, 'lost')
  await until(() => spool.stats().waiting === 0)
  await servers.loseStreams()
  await ensureStreams(servers.natsUrl)
  sink.restart()
  await until(() => sink.seen.size === 31)
  await until(() => spool.stats().unconfirmed === 0 && spooled(folder) === '')
  t.equal(sink.seen.size, 31)
})

t.test('a server that starts may have lost what it took: it gets it again', async (t) => {
  const { servers, nats, folder, sink } = await build(t)
  const { spool, record } = spoolOf(t, nats, folder)
  await record(1, 'warm')
  await until(() => spooled(folder) === '')
  await sink.consumer.stop()
  await record(30, 'taken')
  await until(() => spool.stats().unconfirmed === 30)
  await servers.stopNats()
  await servers.startNats()
  await until(() => spool.stats().published === 61)
  sink.restart()
  await until(() => spooled(folder) === '')
  t.same([...new Set(sink.seen.values())], [1], 'and drops the repetition')
  t.equal(sink.seen.size, 31)
})

t.test('says what it loses when it is full', async (t) => {
  const away = connectNats({
    url: 'nats://a:b@127.0.0.1:1',
    name: 'gateway',
    logger: memoryLogger(),
  })
  t.teardown(() => away.close())
  const { spool, logger, record } = spoolOf(t, away, t.testdir(), 2000)
  await record(30, 'event')
  const { waiting, dropped } = spool.stats()
  t.equal(waiting + dropped, 30)
  t.ok(dropped > 0)
  t.equal(logger.lines.filter(({ message }) => message.includes('is lost')).length, dropped)
})

t.test('goes on without a file', async (t) => {
  const { nats, sink } = await build(t)
  const file = join(t.testdir({ file: '' }), 'file')
  const { logger, record } = spoolOf(t, nats, join(file, 'spool'))
  await record(5, 'event')
  await until(() => sink.seen.size === 5)
  t.match(logger.lines[0], { level: 'error', message: 'audit spool has no file' })
})

t.test('what could not be written is written once that is possible', async (t) => {
  const away = connectNats({
    url: 'nats://a:b@127.0.0.1:1',
    name: 'gateway',
    logger: memoryLogger(),
  })
  t.teardown(() => away.close())
  const file = join(t.testdir({ file: '' }), 'file')
  const folder = join(file, 'spool')
  const { record } = spoolOf(t, away, folder)
  await record(3, 'early')
  rmSync(file)
  mkdirSync(folder, { recursive: true })
  await until(() => spooled(folder).match(/early/g)?.length === 3)
  await record(1, 'late')
  t.match(spooled(folder), /late-0/)
})

t.test('closes at whatever moment, also while it takes over what another left', async (t) => {
  const away = connectNats({
    url: 'nats://a:b@127.0.0.1:1',
    name: 'gateway',
    logger: memoryLogger(),
  })
  t.teardown(() => away.close())
  const left = `${2 ** 30}-${'0'.repeat(16)}-${randomUUID()}.jsonl`
  const lines = Array.from({ length: 1000 }, () => spoolEntry(subject, randomUUID(), '{}').line)
  for (let wait = 0; wait < 6; wait += 1) {
    const folder = t.testdir({ [left]: lines.join('') })
    const { spool } = spoolOf(t, away, folder)
    await sleep(wait / 2)
    const closed = spool.close().then(() => 'closed')
    t.equal(await Promise.race([closed, sleep(3000, 'hangs', { ref: false })]), 'closed')
    t.ok(spooled(folder).split('\n').length > 1000, 'and nothing is lost')
  }
})

const full = { skip: !existsSync('/dev/full') && 'no such disk here' }
t.test('a disk that is full costs the file nothing, and no descriptor', full, async (t) => {
  const path = join(t.testdir(), 'spool')
  const file = new SpoolFile(path)
  await file.open()
  await file.append('what was there\n')
  symlinkSync('/dev/full', `${path}.new`)
  await t.rejects(file.rewrite('shorter\n'), { code: 'ENOSPC' })
  t.equal(readFileSync(path, 'utf8'), 'what was there\n')
  const descriptors = readdirSync('/proc/self/fd').map((fd) => {
    try {
      return readlinkSync(`/proc/self/fd/${fd}`)
    } catch {
      return ''
    }
  })
  t.notOk(descriptors.includes('/dev/full'))
  await file.close()
})
