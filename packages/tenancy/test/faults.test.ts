import { setTimeout as sleep } from 'node:timers/promises'
import { privateServers } from '@wardstone/cluster/testing'
import { ProblemError } from '@wardstone/service'
import { sql as raw } from 'kysely'
import t, { type Test } from 'tap'
import { CITY, member, wards } from './helper.ts'

/** Requests of many kinds without pause; what they came to. */
function load(database: Awaited<ReturnType<typeof wards>>['database']) {
  let running = true
  const errors: unknown[] = []
  const ended: number[] = []
  const worker = async (number: number) => {
    while (running) {
      const { db } = database.tenant(member(CITY))
      try {
        if (number % 3 === 0) await db.selectFrom('ward').select('id').execute()
        else if (number % 3 === 1) await db.updateTable('ward').set({ name: 'North' }).execute()
        else {
          await db.transaction().execute(async (trx) => {
            await trx.selectFrom('ward').select('id').execute()
            await trx.updateTable('ward').set({ name: 'North' }).execute()
          })
        }
        ended.push(performance.now())
      } catch (error) {
        errors.push(error)
        await sleep(20)
      }
    }
  }
  const workers = Promise.all(Array.from({ length: 12 }, (_, number) => worker(number)))
  return {
    errors,
    ended,
    stop: async () => {
      running = false
      await workers
    },
  }
}

/** Every error was a 503 that invites to try again, and there were some. */
function onlyUnavailable(t: Test, errors: unknown[]) {
  t.ok(errors.length > 0, `${errors.length} requests failed`)
  const others = errors.filter(
    (error) => !(error instanceof ProblemError && error.statusCode === 503),
  )
  t.same(others.map(String), [])
  t.match(errors[0], { code: 'unavailable', headers: { 'retry-after': '1' } })
}

t.test('connections that PostgreSQL terminates are 503s, and the next ones work', async (t) => {
  const { database, sql } = await wards(t)
  const requests = load(database)
  for (let turn = 0; turn < 25; turn += 1) {
    await sleep(30)
    await sql(`select pg_terminate_backend(pid) from pg_stat_activity
      where datname = current_database() and usename = 'ward_app'`)
  }
  const last = performance.now()
  await sleep(300)
  await requests.stop()
  onlyUnavailable(t, requests.errors)
  const next = requests.ended.find((time) => time > last)
  t.ok(next !== undefined && next - last < 300, 'served right after')
  const { rows } = await raw`select current_setting('app.hospital_id') as hospital`.execute(
    database.tenant(member(CITY)).db,
  )
  t.same(rows, [{ hospital: CITY }])
})

t.test('PostgreSQL going away and coming back', async (t) => {
  const servers = await privateServers(t)
  const { database } = await wards(t, { adminUrl: servers.adminUrl })
  const requests = load(database)
  await sleep(200)
  const outage = async (what: string, fault: () => Promise<void>) => {
    const before = requests.errors.length
    await fault()
    const back = performance.now()
    while (!requests.ended.some((time) => time > back) && performance.now() - back < 10_000) {
      await sleep(10)
    }
    const took = Math.round((requests.ended.find((time) => time > back) ?? Infinity) - back)
    t.ok(took < 5_000, `${what}: served ${took} ms after its return`)
    t.ok(requests.errors.length > before, `${what}: was noticed`)
  }
  await outage('restart', () => servers.restartPostgres())
  await outage('down for a while', async () => {
    await servers.stopPostgres()
    t.notOk(await database.isUp().catch(() => false), 'it is not ready')
    await sleep(500)
    await servers.startPostgres()
  })
  await outage('kill -9', async () => {
    await servers.killPostgres()
    await sleep(100)
  })
  await requests.stop()
  onlyUnavailable(t, requests.errors)
})

t.test('a statement that takes too long is a 503, and its connection is good again', async (t) => {
  const { database, sql } = await wards(t, { poolSize: 1 })
  const { db } = database.tenant(member(CITY))
  await sql(
    `alter role ward_app in database ${(await sql<{ name: string }>('select current_database() as name'))[0]?.name} set statement_timeout = '50ms'`,
  )
  await raw`select 1`.execute(db)
  await t.rejects(raw`select pg_sleep(2)`.execute(db), { statusCode: 503, code: 'unavailable' })
  t.same((await raw`select 1 as one`.execute(db)).rows, [{ one: 1 }])
})

t.test('who waits for a connection does not get one that PostgreSQL has just ended', async (t) => {
  const { database } = await wards(t, { poolSize: 1 })
  const { db } = database.tenant(member(CITY))
  await raw`select 1`.execute(db)
  const ended = raw`select pg_terminate_backend(pg_backend_pid(), 100)`.execute(db)
  const waiting = [raw`select 1 as one`.execute(db), raw`select 1 as one`.execute(db)]
  await t.rejects(ended, { statusCode: 503, code: 'unavailable' })
  for (const each of waiting) t.same((await each).rows, [{ one: 1 }])
})

t.test(
  'a transaction whose statement was prepared for another table is the last on its connection',
  async (t) => {
    const { database, sql } = await wards(t, { poolSize: 1 })
    const { db } = database.tenant(member(CITY))
    const rename = () =>
      db
        .transaction()
        .execute((trx) =>
          trx.updateTable('ward').set({ name: 'South' }).returning('name').execute(),
        )
    await rename()
    await sql('alter table ward alter column name type varchar(200)')
    await t.rejects(rename(), { code: '0A000' })
    t.same(await rename(), [{ name: 'South' }])
  },
)

t.test('nobody waits for a connection for ever', async (t) => {
  const { database } = await wards(t, { poolSize: 1 })
  const { db } = database.tenant(member(CITY))
  const held = db.transaction().execute(async (trx) => {
    await raw`select 1`.execute(trx)
    await sleep(2_500)
  })
  await sleep(100)
  const started = performance.now()
  await t.rejects(db.selectFrom('ward').select('id').execute(), {
    statusCode: 503,
    code: 'unavailable',
  })
  t.ok(performance.now() - started < 2_400)
  await held
})
