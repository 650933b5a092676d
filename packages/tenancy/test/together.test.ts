import { randomUUID } from 'node:crypto'
import t from 'tap'
import { createSystemDatabase } from '../src/index.ts'
import { CITY, type Database, RIVERSIDE, wards } from './helper.ts'

const ward = (hospital_id: string, name: string) => ({ hospital_id, id: randomUUID(), name })

t.test('together', async (t) => {
  const { tenant, sql, ids, options, database, urls } = await wards(t, { poolSize: 1 })
  const city = tenant(CITY)
  const names = async () =>
    (
      await sql<{ name: string }>('select name from ward where hospital_id = $1 order by name', [
        CITY,
      ])
    ).map(({ name }) => name)
  t.afterEach(() => sql(`delete from ward where name <> 'North'`))

  await t.test('statements and transactions are one transaction', async (t) => {
    let pokes = 0
    database.onWrite(() => {
      pokes += 1
    })
    const answer = await city.together(async (inside) => {
      await inside.db.insertInto('ward').values(ward(CITY, 'East')).execute()
      await inside.db
        .transaction()
        .execute((trx) => trx.insertInto('ward').values(ward(CITY, 'South')).execute())
      await inside.together((deeper) =>
        deeper.db.insertInto('ward').values(ward(CITY, 'West')).execute(),
      )
      t.same(await names(), ['North'], 'nobody else sees it yet')
      return 'done'
    })
    t.equal(answer, 'done')
    t.same(await names(), ['East', 'North', 'South', 'West'])
    t.equal(pokes, 1)
  })

  await t.test('what fails takes all of it back, and leaves the connection clean', async (t) => {
    const failing = city.together(async ({ db }) => {
      await db
        .transaction()
        .execute((trx) => trx.insertInto('ward').values(ward(CITY, 'South')).execute())
      throw new Error('thought better of it')
    })
    await t.rejects(failing, { message: 'thought better of it' })
    await t.rejects(
      city.together(({ db }) => db.insertInto('ward').values(ward(CITY, 'North')).execute()),
      { code: '23505' },
    )
    t.same(await names(), ['North'])
    t.same(await city.db.selectFrom('ward').select('id').execute(), [{ id: ids.city }])
  })

  await t.test('a transaction within that fails takes back itself only', async (t) => {
    await city.together(async ({ db }) => {
      await db.insertInto('ward').values(ward(CITY, 'East')).execute()
      const inner = db.transaction().execute(async (trx) => {
        await trx.insertInto('ward').values(ward(CITY, 'South')).execute()
        await trx.insertInto('ward').values(ward(CITY, 'North')).execute()
      })
      await t.rejects(inner, { code: '23505' })
      await db.insertInto('ward').values(ward(CITY, 'West')).execute()
    })
    t.same(await names(), ['East', 'North', 'West'])
  })

  await t.test('an error that somebody swallowed does not become a commit', async (t) => {
    const swallowed = city.together(async ({ db }) => {
      await db.insertInto('ward').values(ward(CITY, 'East')).execute()
      await db
        .insertInto('ward')
        .values(ward(CITY, 'North'))
        .execute()
        .catch(() => undefined)
    })
    await t.rejects(swallowed, /aborted and rolled back/)
    t.same(await names(), ['North'])
  })

  await t.test('it stays inside its hospital', async (t) => {
    const attack = city.together(({ db }) =>
      db.insertInto('ward').values(ward(RIVERSIDE, 'South')).execute(),
    )
    await t.rejects(attack, { code: '42501' })
    const seen = await city.together(({ db }) => db.selectFrom('ward').select('id').execute())
    t.same(seen, [{ id: ids.city }])
    const theirs = await tenant(RIVERSIDE).db.selectFrom('ward').select('id').execute()
    t.same(theirs, [{ id: ids.riverside }], 'the same connection, another hospital')
  })

  await t.test('a system database does so too', async (t) => {
    const system = createSystemDatabase<Database>({ ...options, url: urls.systemUrl })
    t.teardown(() => system.close())
    const counted = await system.together(async ({ db, together }) => {
      const before = await db.selectFrom('ward').select('id').execute()
      const inside = await together((deeper) => deeper.db.selectFrom('ward').select('id').execute())
      return [before.length, inside.length]
    })
    t.same(counted, [2, 2])
  })
})
