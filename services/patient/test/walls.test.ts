import { readFile, rm, writeFile } from 'node:fs/promises'
import { createLogger } from '@wardstone/service'
import { TenantDatabase } from '@wardstone/tenancy'
import t, { type Test } from 'tap'
import type { Database } from '../src/database/schema.ts'
import { PatientRepository } from '../src/patients/repository.ts'
import { build, CITY, RIVERSIDE, somebody } from './helper.ts'

const SOURCE = new URL('../src/patients/repository.ts', import.meta.url)
const PREDICATE = /\.where\('patient\.hospital_id', '=', [^)]*\)/g

t.test('each wall holds without the other', async (t) => {
  const { as, sql, urls } = await build(t)
  const mine = (await as({ role: 'admin' }).post('/api/patients', { payload: somebody() })).json()
  const theirs = (
    await as({ role: 'admin', ...RIVERSIDE }).post('/api/patients', { payload: somebody() })
  ).json()
  const database = new TenantDatabase<Database>({
    url: urls.databaseUrl,
    poolSize: 2,
    applicationName: 'walls',
    logger: createLogger('walls', 'silent'),
  })
  t.teardown(() => database.close())
  const city = () =>
    database.tenant({
      ...CITY,
      role: 'admin',
      user_id: CITY.hospital_id,
      username: 'city',
      session_id: CITY.hospital_id,
      request_id: CITY.hospital_id,
      ip: '::1',
      user_agent: null,
    })
  const Mutant = await withoutPredicate(t)
  const seen = async (Repository: typeof PatientRepository) => {
    const repository = new Repository(city())
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

/** The repository as somebody would break it: its source without the hospital's predicate. */
async function withoutPredicate(t: Test): Promise<typeof PatientRepository> {
  const source = await readFile(SOURCE, 'utf8')
  t.match(source, PREDICATE)
  const file = new URL(`./repository-without-predicate-${process.pid}.ts`, SOURCE)
  await writeFile(file, source.replaceAll(PREDICATE, ''))
  t.teardown(() => rm(file, { force: true }))
  const mutant = await import(file.href)
  await rm(file)
  return mutant.PatientRepository
}
