import { resolve } from 'node:path'
import pg from 'pg'
import t from 'tap'
import {
  natsUrlFor,
  privateServers,
  type TestScope,
  testDatabase,
  testServers,
} from '../src/testing.ts'
import { answers, eventually } from './helper.ts'

const folder = resolve(import.meta.dirname, 'fixtures/migrations')

// A test's own scope, to see what its teardown leaves.
class Scope implements TestScope {
  readonly #cleans: (() => unknown)[] = []

  teardown(clean: () => unknown) {
    this.#cleans.push(clean)
  }

  async end() {
    for (const clean of this.#cleans.reverse()) await clean()
  }
}

t.test('databases asked for at once are clones of one template', async (t) => {
  const scope = new Scope()
  const databases = await Promise.all(
    Array.from({ length: 6 }, () => testDatabase(scope, 'cluster', { folder })),
  )
  for (const { databaseUrl } of databases) {
    t.ok(await answers(databaseUrl, 'insert into thing values (1)'), 'migrated, empty, granted')
  }
  const { adminUrl } = await testServers()
  const names = async (pattern: string) => databasesLike(adminUrl, pattern)
  t.equal((await names('template\\_cluster\\_%')).length, 1)
  t.equal((await names('test\\_cluster\\_%')).length, 6)
  t.match(databases[0]?.databaseUrl, /cluster_app/)
  t.notOk(await answers(databases[0]?.relayUrl ?? '', 'select from thing'), 'grants are per role')
  await scope.end()
  t.same(await names('test\\_cluster\\_%'), [], 'dropped at teardown')
})

t.test('private servers are stopped, started and killed at will', async (t) => {
  const servers = await privateServers(t)
  t.ok(await answers(servers.adminUrl))
  await servers.stopPostgres()
  t.notOk(await answers(servers.adminUrl), 'down')
  await servers.startPostgres()
  t.ok(await answers(servers.adminUrl), 'up on the same port')
  await servers.restartPostgres()
  await servers.killPostgres()
  t.ok(await eventually(() => answers(servers.adminUrl)), 'comes back after kill -9')
  await servers.stopNats()
  await servers.startNats()
  await servers.killNats()
  t.match(natsUrlFor(servers.natsUrl, 'patient'), /^nats:\/\/patient:/)
})

async function databasesLike(adminUrl: string, pattern: string): Promise<string[]> {
  const client = new pg.Client({ connectionString: adminUrl })
  await client.connect()
  const { rows } = await client.query('select datname from pg_database where datname like $1', [
    pattern,
  ])
  await client.end()
  return rows.map((row) => row.datname)
}
