import { randomUUID } from 'node:crypto'
import { resolve } from 'node:path'
import { testDatabase } from '@wardstone/cluster/testing'
import type { Identity } from '@wardstone/contracts'
import { createLogger } from '@wardstone/service'
import pg from 'pg'
import type { Test } from 'tap'
import { type IdempotentAnswerTable, type OutboxTable, TenantDatabase } from '../src/index.ts'

/** The migrations of the service `ward`, which only these tests have. */
export const MIGRATIONS = resolve(import.meta.dirname, 'migrations')

export interface Database {
  ward: {
    hospital_id: string
    id: string
    name: string
    opened_on?: string | null
    updated_at?: string
  }
  bed: { hospital_id: string; id: string; ward_id: string }
  outbox: OutboxTable
  idempotent_answer: IdempotentAnswerTable
}

/** Two hospitals of every test. */
export const CITY = randomUUID()
export const RIVERSIDE = randomUUID()

export const logger = createLogger('test', 'silent')

/** A doctor of `hospital_id`. */
export function member(hospital_id: string | null): Identity {
  return {
    role: 'doctor',
    user_id: randomUUID(),
    username: 'doctor',
    session_id: randomUUID(),
    hospital_id,
    hospital_name: 'Test Hospital',
    request_id: randomUUID(),
    ip: '192.0.2.1',
    user_agent: null,
  }
}

/** The ward service's database with one ward in each hospital; `sql` is a superuser's. */
export async function wards(
  t: Test,
  { adminUrl, poolSize = 3 }: { adminUrl?: string; poolSize?: number } = {},
) {
  const urls = await testDatabase(t, 'ward', { folder: MIGRATIONS, ...(adminUrl && { adminUrl }) })
  const admin = new pg.Client({ connectionString: urls.adminDatabaseUrl })
  admin.on('error', () => {})
  await admin.connect()
  const sql = async <Row extends object>(text: string, values: unknown[] = []) =>
    (await admin.query<Row>(text, values)).rows
  const options = { url: urls.databaseUrl, poolSize, applicationName: 'ward', logger }
  const database = new TenantDatabase<Database>(options)
  t.teardown(async () => {
    await database.close()
    await admin.end()
  })
  const tenant = (hospital: string) => database.tenant(member(hospital))
  const ids = { city: randomUUID(), riverside: randomUUID() }
  await sql('insert into ward (hospital_id, id, name) values ($1, $2, $3), ($4, $5, $3)', [
    CITY,
    ids.city,
    'North',
    RIVERSIDE,
    ids.riverside,
  ])
  return { urls, options, sql, database, tenant, ids }
}

/** A connection as one role, outside of everything of ours. */
export async function connect(t: Test, url: string): Promise<pg.Client> {
  const client = new pg.Client({ connectionString: url })
  client.on('error', () => {})
  await client.connect()
  t.teardown(() => client.end())
  return client
}
