import { readdirSync, readFileSync, statSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { parseEnv } from 'node:util'
import { natsPermissions } from '@wardstone/events'
import t from 'tap'
import { migrationConfig } from '../src/deploy/migration-config.ts'
import { prepareServers } from '../src/deploy/prepare-servers.ts'
import { writeSecretFiles } from '../src/deploy/secret-files.ts'
import { NatsServer } from '../src/nats-server.ts'
import { Postgres } from '../src/postgres.ts'
import { Progress } from '../src/progress.ts'
import { SERVICES } from '../src/services.ts'
import { run, temporaryFolder } from './helper.ts'

const COMPOSE = readFileSync(resolve(import.meta.dirname, '../../../docker-compose.yml'), 'utf8')

function written(t: Parameters<typeof temporaryFolder>[0]) {
  const folder = temporaryFolder(t)
  const names = writeSecretFiles(folder)
  const read = (name: string) => readFileSync(join(folder, 'secrets/compose', name), 'utf8')
  return { folder, names, read }
}

t.test('docker-compose.yml mounts the files that are written, each once', async (t) => {
  const mounted = [...COMPOSE.matchAll(/file: deploy\/secrets\/compose\/([\w.-]+)/g)]
  t.same(mounted.map(([, name]) => name).sort(), written(t).names.sort())
})

t.test('docker-compose.yml opens one port, and every container is hardened', async (t) => {
  t.equal(COMPOSE.match(/^ +ports:/gm)?.length, 1)
  const services = COMPOSE.slice(COMPOSE.indexOf('\nservices:'), COMPOSE.indexOf('\nnetworks:'))
  const containers = [...services.matchAll(/^ {2}(\w+):\n((?: {4}.*\n)+)/gm)]
  t.equal(containers.length, SERVICES.length + 4, 'and the gateway, the job, PostgreSQL and NATS')
  for (const [, name, body] of containers) {
    t.match(body, '<<: *hardened', `${name} is hardened`)
  }
  const gateway = /^ {2}gateway:[\s\S]*?networks: (.*)$/m.exec(COMPOSE)?.[1]
  t.equal(gateway, '[public, services, messages]', 'the gateway has no way to the databases')
})

t.test('secrets are made once, and the folder is its owner’s alone', async (t) => {
  const { folder, names, read } = written(t)
  const first = names.map(read)
  t.same(writeSecretFiles(folder), names)
  t.same(names.map(read), first)
  for (const path of ['secrets', 'secrets/compose']) {
    t.equal(statSync(join(folder, path)).mode & 0o777, 0o700, path)
  }
  for (const name of names) {
    t.equal(statSync(join(folder, 'secrets/compose', name)).mode & 0o777, 0o444, name)
  }
})

t.test('a process gets its own secrets and nobody else’s', async (t) => {
  const { folder, read } = written(t)
  const secret = (name: string) => readFileSync(join(folder, 'secrets', name), 'utf8')
  for (const { name } of SERVICES) {
    const foreign = readdirSync(join(folder, 'secrets'))
      .filter((file) => /\.(key|password)$/.test(file) && !file.includes(`-${name}`))
      .filter((file) => read(`${name}.env`).includes(secret(file)))
    t.same(foreign, [], name)
  }
  t.notMatch(read('gateway.env'), 'postgres')
})

t.test('NATS users have the permissions of packages/events', async (t) => {
  const { accounts } = JSON.parse(written(t).read('nats-accounts.conf'))
  const users: { user: string; permissions: object }[] = accounts.WARDSTONE.users
  t.same(Object.fromEntries(users.map((each) => [each.user, each.permissions])), natsPermissions)
})

t.test('the job prepares servers, and does nothing the second time', async (t) => {
  const { folder, read } = written(t)
  const postgres = await Postgres.prepare({ folder: join(folder, 'postgres'), durable: false })
  const nats = await NatsServer.prepare({ folder: join(folder, 'nats') })
  for (const server of [postgres, nats]) {
    await server.start()
    t.teardown(() => server.stop())
  }
  const environment = { ...parseEnv(read('migrate.env')), DATABASE_URL: postgres.url }
  const config = { ...migrationConfig(environment), natsUrl: nats.url }
  const lines: string[] = []
  const progress = new Progress((line) => lines.push(line))
  await prepareServers(config, progress)
  lines.length = 0
  await prepareServers(config, progress)
  t.equal(lines.filter((line) => line.endsWith('up to date')).length, SERVICES.length)
  t.notMatch(lines.join('\n'), 'demo data')
})

t.test('the job says in one sentence what is missing or must not be', async (t) => {
  const { read } = written(t)
  const environment = parseEnv(read('migrate.env'))
  for (const [wrong, sentence] of [
    [{ DATABASE_URL: '' }, 'The environment variable DATABASE_URL is missing.'],
    [{ DATABASE_PASSWORDS: '{"secret' }, 'DATABASE_PASSWORDS is not JSON.'],
    [{ DATABASE_PASSWORDS: '{}' }, 'DATABASE_PASSWORDS has no password of auth_app.'],
    [
      { WARDSTONE_DEMO: 'true', NODE_ENV: 'production' },
      'WARDSTONE_DEMO must not be true when NODE_ENV is production.',
    ],
  ] as const) {
    const job = run(t, '../src/migrate.ts', [], { ...environment, ...wrong } as NodeJS.ProcessEnv)
    await job.exited
    t.equal(job.child.exitCode, 1)
    t.equal(await job.line(/./), sentence)
  }
})
