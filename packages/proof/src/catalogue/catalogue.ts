import { testDatabase, testServers } from '@wardstone/cluster/testing'
import { SERVICE_NAMES, type ServiceName } from '@wardstone/contracts'
import { CATALOGUES, catalogueFindings } from '@wardstone/tenancy/testing'
import pg from 'pg'
import type { Proof, ProofOptions, ProofResult } from '../proof.ts'
import { type Fault, faultsOf, roleFaults } from './faults.ts'
import { intrude } from './intrusions.ts'
import { tablesOf } from './tables.ts'

/** Every table, view, function, grant and role of every database. */
export const catalogue: Proof = {
  name: 'catalogue',
  claim:
    'every table of every database is isolated, whatever else is planted in one is found, and no app role gets past',
  prove: async (options) => {
    const parts = await Promise.all(SERVICE_NAMES.map((service) => proveDatabase(service, options)))
    return {
      checks: parts.reduce((sum, { checks }) => sum + checks, 0),
      table: {
        columns: [
          'database',
          'tables',
          'findings',
          'planted faults',
          'found',
          'intrusions',
          'refused',
        ],
        rows: parts.map(({ row }) => row),
      },
      failures: parts.flatMap(({ failures }) => failures),
    }
  },
}

/** The share of the faults that the run of all tests plants: one in so many, others each time. */
const SHARE = 4

async function proveDatabase(
  service: ServiceName,
  { seed, whole, progress }: ProofOptions,
): Promise<Omit<ProofResult, 'table'> & { row: (string | number)[] }> {
  const cleans: (() => unknown)[] = []
  const scope = { teardown: (clean: () => unknown) => cleans.unshift(clean) }
  try {
    const { adminDatabaseUrl, databaseUrl } = await testDatabase(scope, service)
    const admin = await connect(scope, adminDatabaseUrl)
    const app = await connect(scope, databaseUrl)
    const tables = await tablesOf(admin, service)
    const findings = await catalogueFindings(admin, CATALOGUES[service])
    const all = [...tables.flatMap(faultsOf), ...roleFaults(service)]
    const faults = all.filter((_, index) => whole || index % SHARE === seed % SHARE)
    progress(`${faults.length} faults in ${tables.length} tables of ${service}`)
    const missed = await provisioning(scope, () => missedIn(admin, service, faults))
    const { checks, failures } = await intrude(admin, app, tables)
    return {
      checks: tables.length + faults.length + checks,
      failures: [
        ...findings.map(({ rule, subject }) => `${service}: ${subject}: ${rule}`),
        ...missed,
        ...failures,
      ],
      row: [
        ...[service, tables.length, findings.length, faults.length, faults.length - missed.length],
        ...[checks, checks - failures.length],
      ],
    }
  } finally {
    for (const clean of cleans) await clean()
  }
}

/** The faults that the catalogue does not find, each planted alone and taken out again. */
async function missedIn(
  client: pg.Client,
  service: ServiceName,
  faults: readonly Fault[],
): Promise<string[]> {
  const missed: string[] = []
  for (const { what, sql, rule, subject } of faults) {
    await client.query('begin')
    try {
      await client.query(sql)
      const findings = await catalogueFindings(client, CATALOGUES[service])
      const found = findings.some((each) => rule.test(each.rule) && each.subject.includes(subject))
      if (!found) missed.push(`${service}: nobody finds ${what}, only ${JSON.stringify(findings)}`)
    } catch (error) {
      missed.push(`${service}: ${what} cannot be planted: ${(error as Error).message}`)
    } finally {
      await client.query('rollback')
    }
  }
  return missed
}

interface Scope {
  teardown: (clean: () => unknown) => unknown
}

/** Roles are the whole server's: while faults are planted in them nobody else provisions a database. */
async function provisioning<T>(scope: Scope, work: () => Promise<T>): Promise<T> {
  const client = await connect(scope, (await testServers()).adminUrl)
  await client.query(`select pg_advisory_lock_shared(hashtext('wardstone provision'))`)
  try {
    return await work()
  } finally {
    await client.query(`select pg_advisory_unlock_shared(hashtext('wardstone provision'))`)
  }
}

async function connect(scope: Scope, connectionString: string): Promise<pg.Client> {
  const client = new pg.Client({ connectionString })
  client.on('error', () => undefined)
  await client.connect()
  scope.teardown(() => client.end())
  return client
}
