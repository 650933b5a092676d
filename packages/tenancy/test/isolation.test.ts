import { randomUUID } from 'node:crypto'
import { sql as raw } from 'kysely'
import type pg from 'pg'
import t from 'tap'
import { createSystemDatabase } from '../src/index.ts'
import { CITY, connect, type Database, member, RIVERSIDE, wards } from './helper.ts'

const DENIED = { code: '42501' }

t.test('a tenant', async (t) => {
  const { database, tenant, ids, sql } = await wards(t)
  const city = tenant(CITY)

  t.test('sees its own rows, with and without a predicate', async (t) => {
    t.same(await city.db.selectFrom('ward').select('id').execute(), [{ id: ids.city }])
    t.same(
      await city.db.selectFrom('ward').select('id').where('hospital_id', '=', RIVERSIDE).execute(),
      [],
    )
    const counted = city.db.selectFrom('ward').select(raw<number>`count(*)::int`.as('count'))
    t.same(await counted.executeTakeFirst(), { count: 1 })
    t.same(await tenant(RIVERSIDE).db.selectFrom('ward').select('id').execute(), [
      { id: ids.riverside },
    ])
    t.same(await tenant(randomUUID()).db.selectFrom('ward').select('id').execute(), [])
  })

  t.test('does not change or remove what is not its own', async (t) => {
    const updated = await city.db
      .updateTable('ward')
      .set({ name: 'X' })
      .where('id', '=', ids.riverside)
      .executeTakeFirst()
    t.equal(updated.numUpdatedRows, 0n)
    const deleted = await city.db
      .deleteFrom('ward')
      .where('id', '=', ids.riverside)
      .executeTakeFirst()
    t.equal(deleted.numDeletedRows, 0n)
  })

  t.test('does not write into another hospital', async (t) => {
    const ward = { hospital_id: RIVERSIDE, id: randomUUID(), name: 'Trojan' }
    await t.rejects(city.db.insertInto('ward').values(ward).execute(), DENIED)
  })

  t.test('nobody moves a row to another hospital', async (t) => {
    await t.rejects(city.db.updateTable('ward').set({ hospital_id: RIVERSIDE }).execute(), DENIED)
    await t.rejects(sql('update ward set hospital_id = $1', [RIVERSIDE]), DENIED)
    t.same(
      await sql(
        'update ward set hospital_id = hospital_id, name = $1 where id = $2 returning name',
        ['North', ids.city],
      ),
      [{ name: 'North' }],
    )
  })

  t.test('does not point to another hospital’s row', async (t) => {
    const bed = { hospital_id: CITY, id: randomUUID(), ward_id: ids.riverside }
    await t.rejects(city.db.insertInto('bed').values(bed).execute(), { code: '23503' })
    await t.resolves(
      city.db
        .insertInto('bed')
        .values({ ...bed, ward_id: ids.city })
        .execute(),
    )
  })

  t.test('may have a name that another hospital has', async (t) => {
    const again = { id: randomUUID(), name: 'South' }
    await city.db
      .insertInto('ward')
      .values({ ...again, hospital_id: CITY })
      .execute()
    await tenant(RIVERSIDE)
      .db.insertInto('ward')
      .values({ ...again, hospital_id: RIVERSIDE })
      .execute()
    await t.rejects(
      city.db
        .insertInto('ward')
        .values({ ...again, id: randomUUID(), hospital_id: CITY })
        .execute(),
      { code: '23505' },
    )
  })

  t.test('is only made of an identity with a hospital', async (t) => {
    for (const hospital of [
      null,
      '',
      'garbage',
      `${CITY}'; drop table ward; --`,
      CITY.toUpperCase(),
    ]) {
      t.throws(() => database.tenant(member(hospital)), {
        statusCode: 403,
        code: 'no_hospital_context',
      })
    }
  })
})

t.test('without a hospital there are no rows', async (t) => {
  const { urls } = await wards(t)
  const insert = 'insert into ward (hospital_id, id, name) values ($1, $2, $3)'
  const nothing = async (client: Awaited<ReturnType<typeof connect>>, what: string) => {
    t.same((await client.query('select * from ward')).rows, [], what)
    t.equal((await client.query(`update ward set name = 'x'`)).rowCount, 0, what)
    t.equal((await client.query('delete from ward')).rowCount, 0, what)
    await t.rejects(client.query(insert, [CITY, randomUUID(), 'x']), DENIED, what)
  }
  const client = await connect(t, urls.databaseUrl)
  await nothing(client, 'a fresh connection')
  await client.query(`begin; select set_config('app.hospital_id', '${CITY}', true)`)
  t.equal((await client.query('select * from ward')).rowCount, 1)
  await client.query('commit')
  await nothing(client, 'a used connection')
  await client.query(`select set_config('app.hospital_id', '', false)`)
  await nothing(client, 'an empty setting')
  await client.query('reset all')
  await nothing(client, 'after reset all')
  await client.query(`select set_config('app.hospital_id', 'garbage', false)`)
  await t.rejects(client.query('select * from ward'), { code: '22P02' }, 'garbage')
})

t.test('each role can do its part and no more', async (t) => {
  const { urls, options, ids } = await wards(t)
  const app = await connect(t, urls.databaseUrl)
  const relay = await connect(t, urls.relayUrl)
  const system = await connect(t, urls.systemUrl)
  const setting = `begin; select set_config('app.hospital_id', '${CITY}', true); `
  const message = `insert into outbox (hospital_id, id, subject, payload) values ('${CITY}', '${randomUUID()}', 's', '{}')`
  const refused: [pg.Client, string[]][] = [
    [
      app,
      [
        'truncate ward',
        'alter table ward disable row level security',
        'create table x (id int)',
        'create temporary table x (id int)',
        'drop table ward',
        'alter table ward owner to ward_app',
        'set role ward_owner',
        'select * from outbox',
        'delete from outbox',
        `update outbox set payload = ''`,
        'truncate outbox',
        'set session_replication_role = replica',
        'delete from bed',
        'select * from kysely_migration',
        `create policy p on ward to ward_app using (true)`,
        'create function f() returns int language sql as $$ select 1 $$',
        message.replace(CITY, RIVERSIDE),
      ],
    ],
    [
      relay,
      [
        'select * from ward',
        'select * from bed',
        'update ward set name = $$x$$',
        message,
        'truncate outbox',
        'create table x (id int)',
      ],
    ],
    [
      system,
      [
        'select * from outbox',
        'delete from outbox',
        'select * from bed',
        `update ward set name = 'x'`,
        'delete from ward',
        'truncate ward',
      ],
    ],
  ]
  for (const [client, statements] of refused) {
    for (const statement of statements) {
      await client.query(setting)
      await t.rejects(client.query(statement), DENIED, `${client.user}: ${statement}`)
      await client.query('rollback')
    }
  }
  await app.query(`${setting}${message}; commit`)
  t.equal((await relay.query('select * from outbox')).rowCount, 1)
  t.equal((await relay.query('delete from outbox')).rowCount, 1)

  const everywhere = createSystemDatabase<Database>({ ...options, url: urls.systemUrl })
  t.teardown(() => everywhere.close())
  const seen = await everywhere.db.selectFrom('ward').select('id').execute()
  t.same(
    seen.map(({ id }) => id).sort(),
    Object.values(ids).sort(),
    'the system role sees every hospital',
  )
})
