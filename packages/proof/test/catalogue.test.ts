import { testDatabase } from '@wardstone/cluster/testing'
import pg from 'pg'
import t from 'tap'
import { catalogue } from '../src/catalogue/catalogue.ts'
import { intrude } from '../src/catalogue/intrusions.ts'
import { tablesOf } from '../src/catalogue/tables.ts'
import { proved } from './proved.ts'

t.setTimeout(400_000)

t.test(catalogue.claim, (t) => proved(t, catalogue))

t.test('an app role that gets past is noticed', async (t) => {
  const { adminDatabaseUrl, databaseUrl } = await testDatabase(t, 'patient')
  const [admin, app] = [adminDatabaseUrl, databaseUrl].map(
    (connectionString) => new pg.Client({ connectionString }),
  ) as [pg.Client, pg.Client]
  for (const client of [admin, app]) {
    await client.connect()
    t.teardown(() => client.end())
  }
  await admin.query('alter table patient disable row level security')
  await admin.query('drop trigger keep_hospital on patient')
  const tables = await tablesOf(admin, 'patient')
  const { failures } = await intrude(admin, app, tables)
  for (const what of ['read a row', 'update a row', 'insert a row', 'move rows'])
    t.ok(
      failures.some((each) => each.includes(`with no setting can ${what} of patient.patient`)),
      what,
    )
})
