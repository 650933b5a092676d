import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { testServers } from '@wardstone/cluster/testing'
import pg from 'pg'
import t from 'tap'
import { migrateDatabase, provisionDatabase } from '../src/index.ts'
import { connect } from './helper.ts'

const database = `lab_${process.pid}`
const passwords = { app: 'a', relay: 'r', system: 's/@:é%' }

t.test('provisioning and migrating', async (t) => {
  const { adminUrl } = await testServers()
  const admin = await connect(t, adminUrl)
  const provision = (given = passwords) =>
    provisionDatabase({ adminUrl, service: 'lab', database, passwords: given })
  const urls = await provision()
  t.teardown(async () => {
    const client = new pg.Client({ connectionString: adminUrl })
    await client.connect()
    await client.query(`drop database ${database} with (force)`)
    await client.query('drop role lab_owner, lab_app, lab_relay, lab_system')
    await client.end()
  })

  await t.test('every role logs in with its password, the owner with none', async (t) => {
    for (const [role, url] of Object.entries({
      app: urls.databaseUrl,
      relay: urls.relayUrl,
      system: urls.systemUrl,
    })) {
      const client = await connect(t, url)
      t.match((await client.query('select current_user as role')).rows, [{ role: `lab_${role}` }])
    }
    const owner = await admin.query(`select rolcanlogin from pg_roles where rolname = 'lab_owner'`)
    t.same(owner.rows, [{ rolcanlogin: false }])
  })

  await t.test('a killed process leaves nothing running', async (t) => {
    const client = await connect(t, urls.databaseUrl)
    for (const [setting, value] of Object.entries({
      statement_timeout: '5s',
      lock_timeout: '2s',
      idle_in_transaction_session_timeout: '10s',
      client_connection_check_interval: '5s',
    })) {
      t.same((await client.query(`show ${setting}`)).rows, [{ [setting]: value }])
    }
  })

  await t.test('no service’s role reaches another service’s database', async (t) => {
    const other = new URL(urls.databaseUrl)
    const foreign = `lab_other_${process.pid}`
    await provisionDatabase({
      adminUrl,
      service: 'ward',
      database: foreign,
      passwords: { app: 'test-ward-app', relay: 'test-ward-relay', system: 'test-ward-system' },
    })
    t.teardown(() => admin.query(`drop database ${foreign} with (force)`))
    other.pathname = `/${foreign}`
    await t.rejects(new pg.Client({ connectionString: other.href }).connect(), { code: '42501' })
  })

  await t.test('again changes nothing but the passwords', async (t) => {
    await provision()
    await provision({ ...passwords, app: 'new' })
    await t.rejects(new pg.Client({ connectionString: urls.databaseUrl }).connect(), {
      code: '28P01',
    })
    await provision()
  })

  await t.test('a migration that fails is named and not applied', async (t) => {
    const folder = await mkdtemp(join(import.meta.dirname, 'broken-'))
    t.teardown(() => rm(folder, { recursive: true }))
    await writeFile(
      join(folder, '20260101T0000-good.ts'),
      `export const up = (db) => db.schema.createTable('good').execute()`,
    )
    await writeFile(
      join(folder, '20260101T0001-bad.ts'),
      `export const up = (db) => db.schema.createTable('good').execute()`,
    )
    const failing = migrateDatabase({
      adminDatabaseUrl: urls.adminDatabaseUrl,
      service: 'lab',
      folder,
    })
    await t.rejects(failing, {
      message: 'The lab database could not be migrated: 20260101T0001-bad failed.',
    })
    const inside = await connect(t, urls.adminDatabaseUrl)
    const { rows } = await inside.query(`select to_regclass('good') as good`)
    t.same(rows, [{ good: null }], 'not even the one before it')
  })

  await t.test('migrations are applied once, as the owner', async (t) => {
    const { adminDatabaseUrl } = urls
    const folder = await mkdtemp(join(import.meta.dirname, 'samples-'))
    t.teardown(() => rm(folder, { recursive: true }))
    await writeFile(
      join(folder, '20261123T0900-samples.ts'),
      `export const up = (db) => db.schema.createTable('sample').execute()`,
    )
    t.same(await migrateDatabase({ adminDatabaseUrl, service: 'lab', folder }), [
      '20261123T0900-samples',
    ])
    t.same(await migrateDatabase({ adminDatabaseUrl, service: 'lab', folder }), [])
    const inside = await connect(t, adminDatabaseUrl)
    const { rows } = await inside.query(
      `select distinct tableowner from pg_tables where schemaname = 'public'`,
    )
    t.same(rows, [{ tableowner: 'lab_owner' }])
  })
})
