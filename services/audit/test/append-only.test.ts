import pg from 'pg'
import t from 'tap'
import { build, CITY, many, systemRepository } from './helper.ts'

const TABLES = ['event', 'event_patient', 'checkpoint', 'dead_letter', 'chain_head']

t.test('what is on record stays, whoever asks', async (t) => {
  const { urls, sql } = await build(t)
  await systemRepository(t, urls.systemUrl).append(many(3, { patient_ids: [CITY.hospital_id] }))
  await sql(`insert into checkpoint values ($1, 1, 'note')`, [CITY.hospital_id])
  await sql(`insert into dead_letter values ($1, 'digest', 'subject', 'payload', 'reason')`, [
    CITY.hospital_id,
  ])
  const verbs = TABLES.flatMap((table) => [
    `delete from ${table}`,
    `truncate ${table} cascade`,
    `update ${table} set hospital_id = hospital_id`,
  ])
  const expected = (statement: string) =>
    statement.startsWith('update chain_head') ? /a chain only grows/ : /stays as it is/

  await t.test('a superuser, or the owner', async (t) => {
    for (const statement of verbs) await t.rejects(sql(statement), expected(statement), statement)
    await sql('set role audit_owner')
    for (const statement of verbs.filter((each) => each.startsWith('truncate'))) {
      await t.rejects(sql(statement), /stays as it is/, statement)
    }
    await sql('reset role')
  })

  for (const [role, url] of [
    ['the app role', urls.databaseUrl],
    ['the relay role', urls.relayUrl],
    ['the system role', urls.systemUrl],
  ]) {
    await t.test(`${role}`, async (t) => {
      const client = new pg.Client({ connectionString: url })
      await client.connect()
      t.teardown(() => client.end())
      for (const statement of verbs) {
        if (role === 'the system role' && statement.startsWith('update chain_head')) continue
        await t.rejects(client.query(statement), /permission denied/, statement)
      }
      if (role === 'the system role') return
      for (const table of TABLES) {
        const insert = `insert into ${table} (hospital_id) values ('${CITY.hospital_id}')`
        await t.rejects(client.query(insert), /permission denied/, insert)
      }
    })
  }
})
