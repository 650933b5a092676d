import { setTimeout as sleep } from 'node:timers/promises'
import pg from 'pg'
import t, { type Test } from 'tap'
import { build, CITY } from './helper.ts'

type Service = Awaited<ReturnType<typeof build>>
const activeAdmins = `select account_id from membership
  where hospital_id = $1 and role = 'admin' and status = 'active'`

t.test('two administrators demote each other at the same moment: one stays', async (t) => {
  const service = await build(t)
  const { signedIn, sql, urls } = service
  const [one, other] = [await signedIn({ role: 'admin' }), await signedIn({ role: 'admin' })]
  const demote = (by: typeof one, whom: typeof one) =>
    by.caller.patch(`/api/users/${whom.user.id}`, { payload: { role: 'doctor' } })

  await letThemWait(service)
  const holder = await connect(t, urls.adminDatabaseUrl)
  // The first change, which has locked what it needs, stops before its end: this row is in its way.
  await holder.query('begin')
  await holder.query(
    `insert into revocation (hospital_id, kind, id, revoked_at, expires_at, version)
      values ($1, 'membership', $2, now(), now(), 1)`,
    [CITY.id, other.user.id],
  )
  const first = demote(one, other)
  await waiting(service, 1)
  const second = demote(other, one)
  await waiting(service, 2)
  await holder.query('rollback')

  t.equal((await first).statusCode, 200)
  t.match((await second).json(), { status: 409, code: 'last_admin' })
  t.same(await sql(activeAdmins, [CITY.id]), [{ account_id: one.user.id }])
})

t.test('counting without the lock, the same interleaving leaves nobody', async (t) => {
  const { somebody, sql, urls } = await build(t)
  const pair = [await somebody({ role: 'admin' }), await somebody({ role: 'admin' })]
  const sides = [await connect(t, urls.adminDatabaseUrl), await connect(t, urls.adminDatabaseUrl)]
  for (const side of sides) {
    await side.query('begin')
    const { rowCount } = await side.query(activeAdmins, [CITY.id])
    t.equal(rowCount, 2, 'each sees another administrator')
  }
  for (const [place, side] of sides.entries()) {
    await side.query("update membership set role = 'doctor' where account_id = $1", [
      pair[place]?.id,
    ])
    await side.query('commit')
  }
  t.same(await sql(activeAdmins, [CITY.id]), [])
})

async function connect(t: Test, connectionString: string): Promise<pg.Client> {
  const client = new pg.Client({ connectionString })
  client.on('error', () => {})
  await client.connect()
  t.teardown(() => client.end())
  return client
}

/** Until so many requests wait for a lock. */
async function waiting({ sql }: Service, many: number): Promise<void> {
  const end = Date.now() + 10_000
  const blocked = `select from pg_stat_activity
    where datname = current_database() and usename = 'auth_app' and wait_event_type = 'Lock'`
  while ((await sql(blocked)).length < many) {
    if (Date.now() > end) throw new Error(`${many} do not wait`)
    await sleep(10)
  }
}

/** However slow the machine is, nobody gives up waiting before the test goes on. */
async function letThemWait({ sql }: Service): Promise<void> {
  const [row] = await sql<{ name: string }>('select current_database() as name')
  await sql(`alter role auth_app in database ${row?.name} set lock_timeout = '7s'`)
  await sql(`select pg_terminate_backend(pid) from pg_stat_activity
    where datname = current_database() and usename = 'auth_app'`)
}
