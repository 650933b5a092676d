import { randomUUID } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import { createLogger } from '@wardstone/service'
import { createSystemDatabase } from '@wardstone/tenancy'
import pg from 'pg'
import t, { type Test } from 'tap'
import type { Database } from '../src/database/schema.ts'
import { SystemImportRepository } from '../src/imports/repository.ts'
import { build, CITY, RIVERSIDE } from './helper.ts'

const CANARY = 'Progresscanary'
const ROWS = 1500
const HEADER = 'first_name,last_name,date_of_birth,gender'
/** Only the second thousand has this date of birth. */
const LAST_BORN = '1901-02-03'
const HELD = 7

t.test('GET /api/patients/imports', async (t) => {
  const { as, sql, auditEvents, urls } = await build(t)
  // The test holds what the import needs for as long as it looks.
  await sql(`do $$ begin
    execute format('alter role patient_app in database %I set lock_timeout = 0', current_database());
    execute format('alter role patient_app in database %I set statement_timeout = 0', current_database());
  end $$`)
  const admin = as({ role: 'admin' })
  const colleague = as({ role: 'admin', user_id: randomUUID() })
  const load = (lines: readonly string[], more: object = {}, key?: string) =>
    admin.post('/api/patients/import', {
      payload: { format: 'csv', content: [HEADER, ...lines].join('\n'), ...more },
      headers: key === undefined ? {} : { 'idempotency-key': key },
    })
  const list = async (query = '') => (await colleague.get(`/api/patients/imports${query}`)).json()
  const newest = async () => (await list('?limit=1')).results[0]

  await t.test('how far it is, by who else may import, while it runs', async (t) => {
    const holder = new pg.Client({ connectionString: urls.adminDatabaseUrl })
    await holder.connect()
    t.teardown(() => holder.end())
    await sql(`create function hold() returns trigger language plpgsql as $$
      begin perform pg_advisory_xact_lock(${HELD}); return new; end $$`)
    await sql(`create trigger hold before insert on patient for each row
      when (new.date_of_birth = '${LAST_BORN}') execute function hold()`)
    const counter =
      'insert into patient_count (hospital_id, kind, value, count) values ($1, $2, $3, 0)'
    await holder.query(`select pg_advisory_lock(${HELD})`)
    await holder.query(`begin; set local statement_timeout = '5s'`)
    await holder.query(counter, [CITY.hospital_id, 'date_of_birth', LAST_BORN])
    await holder.query('savepoint counted; lock table patient_identifier in access exclusive mode')

    const lines = Array.from(
      { length: ROWS },
      (_, n) => `${CANARY},${word(n)},${n === ROWS - 1 ? LAST_BORN : '1984-05-17'},male`,
    )
    const answer = load(lines, {}, 'a-file')
    const at = (stage: string, rows_done: number) =>
      until(t, `${stage} ${rows_done}`, async () => {
        const seen = await newest()
        return seen?.stage === stage && seen.rows_done === rows_done && seen
      })

    const comparing = await at('comparing', 0)
    t.match(comparing, { status: 'in-progress', rows: ROWS, errors: 0, created: 0, dry_run: false })
    t.match(comparing, { reason: null, finished_at: null })
    await holder.query('rollback to counted')

    await at('indexing', 0)
    await until(t, 'a counter is waited for', async () => {
      const waiting = await sql(`select from pg_stat_activity
        where datname = current_database() and wait_event_type = 'Lock'`)
      return waiting.length > 0
    })
    // Whoever has one counter and wants one that comes after it gets it: the import has not begun to raise any.
    await holder.query(counter, [CITY.hospital_id, 'gender', 'male'])
    await holder.query('rollback')

    t.match(await at('storing', 1000), { status: 'in-progress', rows: ROWS, created: 0 })
    t.equal((await admin.get('/api/patients/stats')).json().total, 0, 'all or nothing')
    await holder.query(`select pg_advisory_unlock(${HELD})`)

    const report = await answer
    t.equal(report.statusCode, 201, report.body)
    const { id, ...told } = await newest()
    t.equal(id, report.json().import_id)
    t.match(told, { status: 'completed', reason: null, stage: 'storing', errors: 0 })
    t.match(told, { rows: ROWS, rows_done: ROWS, created: ROWS })
    t.ok(told.finished_at >= told.started_at)
    t.equal((await sql('select from patient')).length, ROWS)

    const again = await load(lines, {}, 'a-file')
    t.equal(again.headers['idempotency-replayed'], 'true')
    t.equal(again.json().import_id, id)
    t.equal((await list()).results.length, 1, 'a repetition is no import')
  })

  const ADA = 'Ada,Lovelace,1815-12-10,female'
  const BABBAGE = `Charles,${CANARY},1950-12-26,male`

  await t.test('how it ended', async (t) => {
    t.equal((await load([BABBAGE, ADA])).statusCode, 400)
    const failed = { status: 'failed', rows: 2, rows_done: 2, created: 0, finished_at: String }
    t.match(await newest(), {
      ...failed,
      reason: 'validation_failed',
      stage: 'checking',
      errors: 1,
    })
    t.equal((await load([BABBAGE, ADA], { dry_run: true }, 'tried')).statusCode, 200)
    t.match(await newest(), { ...failed, status: 'completed', dry_run: true, errors: 1 })
    t.equal((await load([BABBAGE])).statusCode, 201)
    t.equal((await load([BABBAGE])).statusCode, 409)
    t.match(await newest(), { status: 'failed', reason: 'possible_duplicate', stage: 'comparing' })
    t.equal((await load(['"'])).statusCode, 400)
    t.match(await newest(), { status: 'failed', reason: 'validation_failed', rows: 0 })
  })

  await t.test('page by page, newest first, nothing of a patient', async (t) => {
    const all = await list()
    t.equal(all.results.length, 6)
    t.notMatch(JSON.stringify(all), new RegExp(`${CANARY}|Ada|1815`))
    const page = await list('?limit=3')
    const rest = await list(`?limit=3&cursor=${page.next_cursor}`)
    t.strictSame([...page.results, ...rest.results], all.results)
    t.equal(rest.next_cursor, null)
    const [{ id, ...told }] = all.results
    t.strictSame((await admin.get(`/api/patients/imports/${id}`)).json(), { id, ...told })
    t.match((await auditEvents()).at(-1), { action: 'patient.import_read', entity: { id } })
    t.same(Object.keys(told).sort(), [
      ...['created', 'dry_run', 'errors', 'finished_at', 'reason', 'requested_by', 'rows'],
      ...['rows_done', 'stage', 'started_at', 'status'],
    ])
  })

  await t.test('only who may, and of the own hospital', async (t) => {
    const { id } = await newest()
    const theirs = as({ role: 'admin', ...RIVERSIDE })
    t.same((await theirs.get('/api/patients/imports')).json().results, [])
    t.equal((await theirs.get(`/api/patients/imports/${id}`)).statusCode, 404)
    for (const role of ['doctor', 'nurse', 'receptionist', 'staff'] as const)
      t.equal((await as({ role }).get('/api/patients/imports')).statusCode, 403)
  })

  await t.test('one that is not heard of any more is told as interrupted', async (t) => {
    const { id } = await newest()
    const heard = (seconds: number) =>
      sql(
        `update patient_import set status = 'in-progress', reason = null, finished_at = null,
          updated_at = now() - make_interval(secs => $2) where id = $1`,
        [id, seconds],
      )
    const told = { finished_at: null, created: 0 }
    await heard(20)
    t.match(await newest(), { id, status: 'in-progress', reason: null, ...told })
    await heard(61)
    t.match(await newest(), { id, status: 'failed', reason: 'interrupted', ...told })
  })

  await t.test('what cannot be told stops no import', async (t) => {
    await sql('revoke insert, update on patient_import from patient_app')
    const answer = await load([`Grace,${CANARY},1906-12-09,female`], {}, 'untold')
    t.equal(answer.statusCode, 201, answer.body)
    t.equal((await sql(`select from patient where first_name = 'Grace'`)).length, 1)
    t.equal((await load([ADA])).statusCode, 400)
    t.equal((await list()).results.length, 6)
    await sql('grant insert, update on patient_import to patient_app')
  })

  await t.test('old ones are removed', async (t) => {
    const system = createSystemDatabase<Database>({
      ...{ url: urls.systemUrl, poolSize: 2, applicationName: 'test' },
      logger: createLogger('test', 'silent'),
    })
    t.teardown(system.close)
    const { id } = await newest()
    const began = `update patient_import set started_at = now() - make_interval(days => $2) where id = $1`
    const imports = new SystemImportRepository(system)
    await sql(began, [id, 89])
    await imports.removeOld()
    t.equal((await list()).results.length, 6)
    await sql(began, [id, 91])
    await imports.removeOld()
    t.equal((await list()).results.length, 5)
  })
})

/** A word of its own for each number. */
function word(n: number): string {
  return [...n.toString(26).padStart(4, '0')]
    .map((digit) => String.fromCharCode(97 + Number.parseInt(digit, 26)))
    .join('')
}

/** What `look` finds, as soon as it does. */
async function until<T>(t: Test, what: string, look: () => Promise<T | false>): Promise<T> {
  const end = Date.now() + 60_000
  while (Date.now() < end) {
    const found = await look()
    if (found) return found
    await sleep(20)
  }
  t.fail(`${what} was not seen`)
  throw new Error(what)
}
