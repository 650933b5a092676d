import { join } from 'node:path'
import t from 'tap'
import { Postgres } from '../src/postgres.ts'
import { isAlive, recordOf } from '../src/processes.ts'
import { answers, eventually, run, temporaryFolder } from './helper.ts'

t.test('kill -9 of PostgreSQL: it is restarted on the same port with its data', async (t) => {
  const changes: string[] = []
  const folder = join(temporaryFolder(t), 'postgres')
  const postgres = await Postgres.prepare({
    folder,
    durable: false,
    onChange: (change) => changes.push(change),
  })
  t.teardown(() => postgres.stop())
  await postgres.start()
  t.ok(await answers(postgres.url, 'create table kept (id integer)'))

  const first = postgres.pid
  process.kill(Number(first), 'SIGKILL')
  t.ok(await eventually(() => changes.length === 2))
  t.same(changes, ['died', 'returned'])
  t.not(postgres.pid, first)
  t.ok(await answers(postgres.url, 'select from kept'), 'the data is there')
})

t.test(
  'kill -9 of its supervisor: the next start stops the leftover and keeps the data',
  async (t) => {
    const folder = join(temporaryFolder(t), 'postgres')
    const supervisor = run(t, 'fixtures/hold-postgres.ts', [folder])
    const [pid, url] = (await supervisor.line(/postgres:/)).split(' ')
    t.ok(await answers(String(url), 'create table kept (id integer)'))
    const leftover = recordOf(Number(pid))
    supervisor.child.kill('SIGKILL')
    await supervisor.exited
    t.ok(leftover && isAlive(leftover), 'PostgreSQL outlives its supervisor')

    const postgres = await Postgres.prepare({ folder, durable: false })
    t.teardown(() => postgres.stop())
    await postgres.start()
    t.notOk(leftover && isAlive(leftover), 'the leftover is gone')
    t.ok(await answers(postgres.url, 'select from kept'), 'the data is there')
  },
)

t.test('a stopped PostgreSQL stays down until it is started', async (t) => {
  const postgres = await Postgres.prepare({ folder: join(temporaryFolder(t), 'p'), durable: false })
  await postgres.start()
  const { url } = postgres
  await postgres.stop()
  t.equal(postgres.pid, undefined)
  t.notOk(await answers(url))
  await postgres.start()
  t.teardown(() => postgres.stop())
  t.ok(await answers(url))
})
