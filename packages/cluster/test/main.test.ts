import { existsSync, readdirSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { join } from 'node:path'
import t from 'tap'
import { clusterConfig } from '../src/config.ts'
import { DataFolder } from '../src/data-folder.ts'
import { run, temporaryFolder } from './helper.ts'

const MAIN = '../src/main.ts'

t.test('a taken port is one clear sentence before anything is started', async (t) => {
  const server = createServer().listen(0, '127.0.0.1')
  await new Promise((resolve) => server.once('listening', resolve))
  t.teardown(() => server.close())
  const address = server.address()
  const port = typeof address === 'object' ? String(address?.port) : ''
  const data = temporaryFolder(t)
  const main = run(t, MAIN, [], { WARDSTONE_PORT: port, WARDSTONE_DATA: data })
  t.same(await main.exited, [1, null])
  t.match(await main.line(/taken/), `Port ${port} of 127.0.0.1 is taken by another program`)
  t.same(readdirSync(data).sort(), ['logs', 'processes'], 'no server was even prepared')
})

t.test('a second cluster on the same data is refused', async (t) => {
  const data = temporaryFolder(t)
  const folder = DataFolder.hold(data)
  const main = run(t, MAIN, [], { WARDSTONE_PORT: '0', WARDSTONE_DATA: data })
  t.same(await main.exited, [1, null])
  t.match(await main.line(/already/), `(process ${process.pid})`)
  folder.release()
  t.notOk(existsSync(join(data, 'supervisor.json')))
})

t.test('the lock of a supervisor that was killed does not count', async (t) => {
  const data = temporaryFolder(t)
  DataFolder.hold(data)
  writeFileSync(
    join(data, 'supervisor.json'),
    JSON.stringify({ pid: process.pid, started: 'before this computer was switched on' }),
  )
  t.doesNotThrow(() => DataFolder.hold(data))
  t.throws(() => DataFolder.hold(data), /already runs/)
})

t.test('settings that cannot be are clear sentences', async (t) => {
  t.throws(() => clusterConfig({ WARDSTONE_PORT: '80000' }), /WARDSTONE_PORT must be a port number/)
  t.throws(() => clusterConfig({ WARDSTONE_PORT: 'http' }), /not http/)
  t.throws(() => clusterConfig({ WARDSTONE_HOST: 'here' }), /WARDSTONE_HOST/)
  t.throws(() => clusterConfig({ WARDSTONE_DEMO: 'yes' }), /must be true or false/)
  t.match(clusterConfig({}), { host: '127.0.0.1', port: 8000, demo: true, rateLimit: 'on' })
  t.equal(clusterConfig({ NODE_ENV: 'production', WARDSTONE_DEMO: 'true' }).demo, false)
})

t.test('what the cluster decides is not inherited from the terminal', async (t) => {
  const env = { DATABASE_URL: 'postgres://a', PORT: '1', IDENTITY_KEY: 'x', LOG_LEVEL: 'debug' }
  t.same(clusterConfig(env).inherited, { LOG_LEVEL: 'debug' })
})
