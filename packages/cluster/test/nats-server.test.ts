import { statSync } from 'node:fs'
import { join } from 'node:path'
import { type ConnectionOptions, connect } from 'nats'
import t from 'tap'
import { findNatsServer } from '../src/nats-binary.ts'
import { natsConfig } from '../src/nats-config.ts'
import { NatsServer } from '../src/nats-server.ts'
import { eventually, temporaryFolder } from './helper.ts'

t.test('nats-server is found, serves JetStream and comes back with its streams', async (t) => {
  const folder = join(temporaryFolder(t), 'nats')
  const nats = await NatsServer.prepare({ folder })
  t.teardown(() => nats.stop())
  await nats.start()
  for (const file of ['nats-server.conf', 'passwords.json']) {
    t.equal(statSync(join(folder, file)).mode & 0o777, 0o600, `${file} is the owner's only`)
  }
  await asAdmin(nats, (manager) => manager.streams.add({ name: 'KEPT', subjects: ['kept.>'] }))

  const first = nats.pid
  process.kill(Number(first), 'SIGKILL')
  t.ok(await eventually(() => nats.pid !== undefined && nats.pid !== first))
  t.ok(
    await eventually(() =>
      asAdmin(nats, (manager) => manager.streams.info('KEPT')).then(Boolean, () => false),
    ),
  )
})

t.test('nobody enters without a password; a service only listens to its own inbox', async (t) => {
  const nats = await NatsServer.prepare({ folder: join(temporaryFolder(t), 'nats') })
  t.teardown(() => nats.stop())
  await nats.start()
  const servers = `127.0.0.1:${nats.port}`
  await t.rejects(connect({ servers, reconnect: false }), /Authorization/i)
  await t.rejects(connect({ servers, user: 'patient', pass: 'wrong', reconnect: false }))

  const patient = await connect({ servers, ...credentials(nats.urlFor('patient')) })
  t.teardown(() => patient.close())
  const refused = new Promise((resolve) => {
    patient.subscribe('audit.>', { callback: (error) => resolve(error) })
  })
  t.match(await refused, /Permissions Violation/i)
})

t.test('the words of 2.10 are kept from 2.9', async (t) => {
  const config = (version: [number, number, number]) =>
    natsConfig({ version, port: 1, storeFolder: '/store', passwords: {} })
  t.notMatch(config([2, 9, 10]), /sync_interval/)
  t.match(config([2, 10, 0]), /"sync_interval": "always"/)
  t.match(config([3, 0, 0]), /"sync_interval": "always"/)
  t.match(findNatsServer().version, [2, Number, Number])
})

function credentials(url: string): ConnectionOptions {
  const { username, password } = new URL(url)
  return { user: username, pass: password, reconnect: false }
}

async function asAdmin<T>(
  nats: NatsServer,
  work: (
    manager: Awaited<ReturnType<Awaited<ReturnType<typeof connect>>['jetstreamManager']>>,
  ) => Promise<T>,
): Promise<T> {
  const connection = await connect({ servers: `127.0.0.1:${nats.port}`, ...credentials(nats.url) })
  try {
    return await work(await connection.jetstreamManager())
  } finally {
    await connection.close()
  }
}
