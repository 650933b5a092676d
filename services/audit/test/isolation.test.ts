import { randomUUID } from 'node:crypto'
import type { AuditEvent } from '@wardstone/contracts'
import pg from 'pg'
import t from 'tap'
import { build, CITY, many, RIVERSIDE, systemRepository, until } from './helper.ts'

const PATIENT = randomUUID()
const ROUTES = [
  '/api/audit/events?limit=100',
  '/api/audit/verify',
  '/api/audit/export',
  '/api/audit/export?format=csv',
  '/api/audit/checkpoints',
  `/api/patients/${PATIENT}/access-log`,
]

t.test('two hospitals see only their own', async (t) => {
  const { as, urls, sql } = await build(t, { checkpointSeconds: 1 })
  const repository = systemRepository(t, urls.systemUrl)
  const patient = PATIENT
  const theirs = many(7, { hospital_id: RIVERSIDE.hospital_id, patient_ids: [patient] })
  await repository.append([...many(5), ...theirs, ...many(3, { hospital_id: null })])
  await until(async () => (await sql('select from checkpoint')).length >= 3)
  const city = as({ role: 'admin' })

  for (const route of ROUTES) {
    await t.test(route, async (t) => {
      const answer = await city.get(route)
      t.equal(answer.statusCode, 200)
      t.notMatch(answer.body, RIVERSIDE.hospital_id)
      for (const { id } of theirs) t.notMatch(answer.body, id)
      const separator = route.includes('?') ? '&' : '?'
      const named = await city.get(`${route}${separator}hospital_id=${RIVERSIDE.hospital_id}`)
      t.match(named.json(), { status: 403, code: 'hospital_mismatch' })
      const own = await city.get(`${route}${separator}hospital_id=${CITY.hospital_id}`)
      t.equal(own.statusCode, 400, 'its own is an unknown field')
    })
  }

  await t.test('their patient and their actor look like nobody', async (t) => {
    const nobody = await city.get(`/api/audit/events?patient_id=${randomUUID()}`)
    const foreign = await city.get(`/api/audit/events?patient_id=${patient}`)
    t.equal(foreign.body, nobody.body)
    const [log, theirLog] = await Promise.all(
      [randomUUID(), patient].map((id) => city.get(`/api/patients/${id}/access-log`)),
    )
    t.equal(theirLog?.body, log?.body)
    t.same(log?.json(), { results: [], next_cursor: null })
    const actor = await city.get(`/api/audit/events?actor_id=${theirs[0]?.actor.id}`)
    t.equal(actor.body, nobody.body)
  })

  await t.test('their cursor is refused', async (t) => {
    const riverside = as({ role: 'admin', ...RIVERSIDE })
    const { next_cursor } = (await riverside.get('/api/audit/events?limit=2')).json()
    t.equal((await city.get(`/api/audit/events?limit=2&cursor=${next_cursor}`)).statusCode, 400)
  })

  await t.test('row-level security holds without the repository', async (t) => {
    const client = new pg.Client({ connectionString: urls.databaseUrl })
    await client.connect()
    t.teardown(() => client.end())
    for (const table of ['event', 'event_patient', 'chain_head', 'checkpoint']) {
      t.same(
        (await client.query(`select from ${table}`)).rowCount,
        0,
        `${table} without a hospital`,
      )
    }
    await client.query(`select set_config('app.hospital_id', $1, false)`, [CITY.hospital_id])
    const { rows } = await client.query('select distinct hospital_id from event')
    t.same(rows, [{ hospital_id: CITY.hospital_id }])
  })

  await t.test('the repository holds without row-level security', async (t) => {
    for (const table of ['event', 'event_patient', 'chain_head', 'checkpoint']) {
      await sql(`alter table ${table} disable row level security`)
    }
    const { results } = (await city.get('/api/audit/events?limit=100')).json()
    t.ok(results.length > 0)
    t.same([...new Set(results.map((event: AuditEvent) => event.hospital_id))], [CITY.hospital_id])
    t.match((await city.get('/api/audit/verify')).json(), { ok: true })
    const { results: checkpoints } = (await city.get('/api/audit/checkpoints')).json()
    t.notMatch(JSON.stringify(checkpoints), RIVERSIDE.hospital_id)
    const foreign = await city.get(`/api/audit/events?patient_id=${patient}&action=patient.read`)
    t.same(foreign.json().results, [])
    const log = await city.get(`/api/patients/${patient}/access-log`)
    t.same(log.json().results, [])
    const exported = (await city.get('/api/audit/export')).body.trim().split('\n')
    t.ok(exported.length > 0)
    for (const line of exported) t.equal(JSON.parse(line).hospital_id, CITY.hospital_id)
  })
})
