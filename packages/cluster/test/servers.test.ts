import { setTimeout as sleep } from 'node:timers/promises'
import pg from 'pg'
import t from 'tap'
import { privateServers } from '../src/testing/servers.ts'

t.test('private servers are stopped, started and killed at will', async (t) => {
  const servers = await privateServers(t)
  t.ok(await answers(servers.adminUrl))
  await servers.stopPostgres()
  t.notOk(await answers(servers.adminUrl), 'down')
  await servers.startPostgres()
  t.ok(await answers(servers.adminUrl), 'up on the same port')
  await servers.killPostgres()
  await sleep(50)
  t.ok(await eventually(() => answers(servers.adminUrl)), 'comes back after kill -9')
})

async function answers(url: string): Promise<boolean> {
  const client = new pg.Client({ connectionString: url })
  client.on('error', () => undefined)
  try {
    await client.connect()
    await client.query('select 1')
    await client.end()
    return true
  } catch {
    return false
  }
}

async function eventually(check: () => Promise<boolean>): Promise<boolean> {
  const deadline = Date.now() + 10_000
  while (Date.now() < deadline) {
    if (await check()) return true
    await sleep(50)
  }
  return false
}
