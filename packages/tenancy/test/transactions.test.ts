import { randomUUID } from 'node:crypto'
import { Kysely, sql as raw } from 'kysely'
import t from 'tap'
import { createPool } from '../src/pool.ts'
import { TransactionDialect } from '../src/transaction-dialect.ts'
import { CITY, connect, type Database, logger, RIVERSIDE, wards } from './helper.ts'

const northIn = (hospital_id: string) => ({ hospital_id, id: randomUUID(), name: 'North' })

t.test('one statement alone', async (t) => {
  const { tenant, sql } = await wards(t, { poolSize: 1 })
  const city = tenant(CITY)

  t.test('an error leaves the connection usable and clean', async (t) => {
    const [{ pid }] = (await raw<{ pid: number }>`select pg_backend_pid() as pid`.execute(city.db))
      .rows as [{ pid: number }]
    for (let turn = 0; turn < 20; turn += 1) {
      await t.rejects(city.db.insertInto('ward').values(northIn(CITY)).execute(), { code: '23505' })
      await t.rejects(raw`select 1 / 0`.execute(city.db), { code: '22012' })
      t.equal((await city.db.selectFrom('ward').select('id').execute()).length, 1)
    }
    t.same(
      (await raw`select pg_backend_pid() as pid`.execute(city.db)).rows,
      [{ pid }],
      'it is the same connection',
    )
  })

  t.test('a select runs read only, a change does not', async (t) => {
    const select = city.db
      .selectFrom('ward')
      .select(raw`current_setting('transaction_read_only')`.as('read_only'))
    t.same(await select.executeTakeFirst(), { read_only: 'on' })
    const changed = await city.db
      .with('change', (qb) => qb.updateTable('ward').set({ name: 'North' }).returning('id'))
      .selectFrom('change')
      .select(raw`current_setting('transaction_read_only')`.as('read_only'))
      .executeTakeFirst()
    t.same(changed, { read_only: 'off' })
  })

  t.test('survives a migration under its prepared statement', async (t) => {
    const all = () => city.db.selectFrom('ward').selectAll().executeTakeFirstOrThrow()
    await all()
    await sql('alter table ward add column floor integer')
    t.match(await all(), { floor: null })
  })

  t.test('tells the relay after it may have written, and only then', async (t) => {
    const { database, tenant } = await wards(t)
    let pokes = 0
    database.onWrite(() => {
      pokes += 1
    })
    await tenant(CITY).db.selectFrom('ward').select('id').execute()
    t.equal(pokes, 0)
    await tenant(CITY).db.updateTable('ward').set({ name: 'Again' }).execute()
    t.equal(pokes, 1)
    await tenant(CITY)
      .db.transaction()
      .execute((trx) => trx.updateTable('ward').set({ name: 'North' }).execute())
    t.equal(pokes, 2)
  })
})

t.test('several statements in a transaction', async (t) => {
  const { tenant } = await wards(t, { poolSize: 1 })
  const { db } = tenant(CITY)

  t.test('all of them or none', async (t) => {
    const failing = db.transaction().execute(async (trx) => {
      await trx
        .insertInto('ward')
        .values({ ...northIn(CITY), name: 'Lost' })
        .execute()
      throw new Error('changed my mind')
    })
    await t.rejects(failing, /changed my mind/)
    t.equal((await db.selectFrom('ward').select('id').execute()).length, 1)
    await db.transaction().execute(async (trx) => {
      await trx
        .insertInto('ward')
        .values({ ...northIn(CITY), name: 'Kept' })
        .execute()
      await trx.updateTable('ward').set({ name: 'Kept too' }).where('name', '=', 'Kept').execute()
    })
    t.equal(
      (await db.selectFrom('ward').select('id').where('name', '=', 'Kept too').execute()).length,
      1,
    )
  })

  t.test('stay inside the hospital', async (t) => {
    const names = await db.transaction().execute(async (trx) => {
      await trx.updateTable('ward').set({ name: 'Mine' }).where('name', '=', 'North').execute()
      return trx.selectFrom('ward').select('hospital_id').distinct().execute()
    })
    t.same(names, [{ hospital_id: CITY }])
    t.same(await tenant(RIVERSIDE).db.selectFrom('ward').select('name').execute(), [
      { name: 'North' },
    ])
  })

  t.test('COMMIT of an aborted transaction is an error', async (t) => {
    const swallowed = db.transaction().execute(async (trx) => {
      await trx
        .insertInto('ward')
        .values({ ...northIn(CITY), name: 'Ghost' })
        .execute()
      await raw`select 1 / 0`.execute(trx).catch(() => undefined)
    })
    await t.rejects(swallowed, /rolled back/)
    t.equal(
      (await db.selectFrom('ward').select('id').where('name', '=', 'Ghost').execute()).length,
      0,
    )
  })

  t.test('none at all is fine', async (t) => {
    await t.resolves(db.transaction().execute(async () => 'nothing'))
  })

  t.test('a stream is refused: it would need a cursor', async (t) => {
    await t.rejects(async () => {
      for await (const _ of db.selectFrom('ward').selectAll().stream()) t.fail('a row')
    }, /cursor/)
  })
})

t.test('used connections never keep a hospital', async (t) => {
  const { urls } = await wards(t)
  const SIZE = 4
  const pool = createPool({
    url: urls.databaseUrl,
    poolSize: SIZE,
    applicationName: 'leak',
    logger,
  })
  t.teardown(() => pool.end())
  const admin = await connect(t, urls.adminDatabaseUrl)
  const at = (hospital: string) =>
    new Kysely<Database>({ dialect: new TransactionDialect(pool, hospital, () => {}) })

  /** Every way a request may end. Each must end alone: without a hospital left behind on its connection. */
  const endings: ((db: Kysely<Database>) => Promise<unknown>)[] = [
    (db) => db.selectFrom('ward').selectAll().execute(),
    (db) => db.insertInto('ward').values(northIn(CITY)).execute(),
    (db) => raw`select 1 / 0`.execute(db),
    (db) => raw`commit; select 1`.execute(db),
    (db) => db.transaction().execute(async (trx) => trx.selectFrom('ward').selectAll().execute()),
    (db) =>
      db.transaction().execute(async (trx) => {
        await trx.selectFrom('ward').selectAll().execute()
        throw new Error('thrown')
      }),
    (db) => db.transaction().execute(async (trx) => raw`select 1 / 0`.execute(trx).catch(() => {})),
    (db) =>
      db.transaction().execute(async (trx) => {
        await raw`set local statement_timeout = 5`.execute(trx)
        await raw`select pg_sleep(1)`.execute(trx)
      }),
    (db) =>
      db.transaction().execute(async (trx) => {
        const { rows } = await raw<{ pid: number }>`select pg_backend_pid() as pid`.execute(trx)
        const sleeping = raw`select pg_sleep(1)`.execute(trx)
        const cancelled = admin.query('select pg_cancel_backend($1)', [rows[0]?.pid])
        await Promise.allSettled([sleeping, cancelled])
        await sleeping
      }),
    (db) =>
      db.transaction().execute(async (trx) => {
        const { rows } = await raw<{ pid: number }>`select pg_backend_pid() as pid`.execute(trx)
        await admin.query('select pg_terminate_backend($1)', [rows[0]?.pid])
        await trx.selectFrom('ward').selectAll().execute()
      }),
  ]
  const TURNS = 400
  const runs = Array.from({ length: TURNS }, (_, index) =>
    endings[index % endings.length]?.(at(index % 2 ? CITY : RIVERSIDE)),
  )
  await Promise.allSettled(runs)

  const clients = await Promise.all(Array.from({ length: SIZE }, () => pool.connect()))
  for (const client of clients) {
    t.equal(client.getTransactionStatus(), 'I')
    const { rows } = await client.query(
      `select nullif(current_setting('app.hospital_id', true), '') as hospital`,
    )
    t.same(rows, [{ hospital: null }])
    t.same((await client.query('select * from ward')).rows, [])
    client.release()
  }
})
