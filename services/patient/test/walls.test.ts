import { randomUUID } from 'node:crypto'
import { readFile, rm, writeFile } from 'node:fs/promises'
import { auditEvent, createLogger } from '@wardstone/service'
import { TenantDatabase } from '@wardstone/tenancy'
import t, { type Test } from 'tap'
import type { Database } from '../src/database/schema.ts'
import { PatientRepository } from '../src/patients/repository.ts'
import { build, CITY, newcomer, RIVERSIDE } from './helper.ts'

const SOURCE = new URL('../src/patients/repository.ts', import.meta.url)
const CLOSED = /return sql`\(.*is distinct from.*`/
const PREDICATE = /\.where\('patient\.hospital_id', '=', [^)]*\)/g

t.test('each wall holds without the other', async (t) => {
  const { as, sql, urls } = await build(t)
  const mine = (await as({ role: 'admin' }).post('/api/patients', { payload: newcomer() })).json()
  const theirs = (
    await as({ role: 'admin', ...RIVERSIDE }).post('/api/patients', { payload: newcomer() })
  ).json()
  const city = cityAs(t, urls.databaseUrl)
  const Mutant = await withoutPredicate(t)
  const seen = async (Repository: typeof PatientRepository) => {
    const repository = new Repository(city('admin'))
    const listed = await repository.list(
      {},
      { column: 'created_at', direction: 'asc', limit: 10, after: undefined },
    )
    return {
      listed: listed.map(({ id }) => id),
      found: (await repository.find(theirs.id)) !== undefined,
      counted: await repository.count({}),
    }
  }
  const isolated = { listed: [mine.id], found: false, counted: 1 }

  await t.test('both walls up', async (t) => t.same(await seen(PatientRepository), isolated))

  await t.test(
    'the predicate taken out of the repository: row-level security hides the rows',
    async (t) => {
      t.same(await seen(Mutant), isolated)
    },
  )

  await t.test('row-level security off: the repository hides the rows', async (t) => {
    await sql('alter table patient disable row level security')
    t.same(await seen(PatientRepository), isolated)
  })

  await t.test('both walls down: the attack works, so the two tests above can fail', async (t) => {
    t.same(await seen(Mutant), { listed: [mine.id, theirs.id], found: true, counted: 2 })
  })
})

t.test('a closed record is closed in the database', async (t) => {
  const { as, urls } = await build(t)
  const { id } = (
    await as({ role: 'admin' }).post('/api/patients', {
      payload: newcomer({ phone: '0171 5550123', medical_history: 'x', is_restricted: true }),
    })
  ).json()
  const city = cityAs(t, urls.databaseUrl)
  const event = (tenant: ReturnType<typeof city>) =>
    auditEvent('patient', tenant.identity, { action: 'patient.deactivated', outcome: 'success' })
  const reach = async (Repository: typeof PatientRepository) => {
    const tenant = city('doctor')
    const patients = new Repository(tenant)
    const found = await patients.find(id)
    const changed = await patients.setActive(id, false, {
      version: undefined,
      events: [event(tenant)],
    })
    return { phone: found?.phone, changed: changed !== undefined }
  }
  const Mutant = await withoutRestriction(t)

  await t.test('nothing comes out, nothing goes in', async (t) => {
    t.same(await reach(PatientRepository), { phone: null, changed: false })
  })

  await t.test(
    'the predicate taken out: the attack works, so the test above can fail',
    async (t) => {
      t.same(await reach(Mutant), { phone: '0171 5550123', changed: true })
    },
  )
})

/** Somebody of the first hospital, at the database itself. */
function cityAs(t: Test, url: string) {
  const logger = createLogger('walls', 'silent')
  const database = new TenantDatabase<Database>({
    url,
    poolSize: 2,
    applicationName: 'walls',
    logger,
  })
  t.teardown(() => database.close())
  return (role: 'admin' | 'doctor') =>
    database.tenant({
      ...CITY,
      role,
      user_id: CITY.hospital_id,
      username: 'city',
      session_id: CITY.hospital_id,
      request_id: CITY.hospital_id,
      ip: '::1',
      user_agent: null,
    })
}

/** The repository as somebody would break it: its source without the hospital's predicate. */
async function withoutPredicate(t: Test): Promise<typeof PatientRepository> {
  const source = await readFile(SOURCE, 'utf8')
  t.match(source, PREDICATE)
  const written = await mutants(t, { 'repository.ts': source.replaceAll(PREDICATE, '') })
  return written.PatientRepository
}

/** The repository with a predicate for closed records that closes none. */
async function withoutRestriction(t: Test): Promise<typeof PatientRepository> {
  const read = (name: string) => readFile(new URL(name, SOURCE), 'utf8')
  const restriction = await read('restriction.ts')
  t.match(restriction, CLOSED)
  const written = await mutants(t, {
    'restriction.ts': restriction.replace(CLOSED, 'return sql`false`'),
    'columns.ts': await read('columns.ts'),
    'repository.ts': await read('repository.ts'),
  })
  return written.PatientRepository
}

/** Imports the last of `sources`, each beside the file it is made of, and importing the others of them. */
async function mutants(t: Test, sources: Record<string, string>) {
  const rename = (name: string) => name.replace('.ts', `-without-predicate-${randomUUID()}.ts`)
  const names = new Map(Object.keys(sources).map((name) => [name, rename(name)]))
  const files = Object.entries(sources).map(([name, source]) => {
    let text = source
    for (const [from, to] of names) text = text.replaceAll(`'./${from}'`, `'./${to}'`)
    return { url: new URL(names.get(name) ?? '', SOURCE), text }
  })
  t.teardown(() => Promise.all(files.map(({ url }) => rm(url, { force: true }))))
  for (const { url, text } of files) await writeFile(url, text)
  const mutant = await import(files.at(-1)?.url.href ?? '')
  for (const { url } of files) await rm(url)
  return mutant
}
