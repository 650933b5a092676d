import { createHash, randomUUID } from 'node:crypto'
import { readdirSync, readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { migrateDatabase, provisionDatabase } from '@wardstone/tenancy'
import pg from 'pg'
import { migrationsFolder } from '../services.ts'
import { type TestScope, testServers } from './servers.ts'

/** One throw-away database of a service, a URL per role. */
export interface TestDatabase {
  databaseUrl: string
  relayUrl: string
  systemUrl: string
  /** The superuser's. */
  adminDatabaseUrl: string
}

/** Where a test database is made when not on the shared server from the service's own migrations. */
export interface TestDatabaseOptions {
  adminUrl?: string
  /** Absolute path of a folder of migrations. */
  folder?: string
}

/** The URL of a database that cannot be reached. */
export const NOWHERE = 'postgres://nobody:none@127.0.0.1:1/nothing'

const ROOT = resolve(import.meta.dirname, '../../../..')

/** An empty, migrated database of this test alone, dropped with its teardown. */
export async function testDatabase(
  t: TestScope,
  service: string,
  options: TestDatabaseOptions = {},
): Promise<TestDatabase> {
  const adminUrl = options.adminUrl ?? (await testServers()).adminUrl
  const folder = options.folder ?? migrationsFolder(service)
  const name = `test_${service}_${randomUUID().slice(0, 13).replace('-', '')}`
  await withClient(adminUrl, async (admin) => {
    const template = await ensureTemplate(admin, { adminUrl, service, folder })
    await clone(admin, template, name, service)
  })
  t.teardown(() =>
    withClient(adminUrl, (admin) => admin.query(`drop database if exists ${name} with (force)`)),
  )
  return urls(adminUrl, service, name)
}

interface TemplateSource {
  adminUrl: string
  service: string
  folder: string
}

/** The migrated template for these migrations, made once per server whoever comes first. */
async function ensureTemplate(admin: pg.Client, source: TemplateSource): Promise<string> {
  const { adminUrl, service, folder } = source
  const template = `template_${service}_${fingerprint(folder)}`
  await admin.query('select pg_advisory_lock(hashtextextended($1, 0))', [`template ${service}`])
  try {
    const made = await admin.query('select 1 from pg_database where datname = $1', [template])
    if (made.rowCount) return template
    const draft = `${template}_draft`
    await admin.query(`drop database if exists ${draft} with (force)`)
    const passwords = passwordsOf(service)
    const database = await provisionDatabase({ adminUrl, service, database: draft, passwords })
    await migrateDatabase({ adminDatabaseUrl: database.adminDatabaseUrl, service, folder })
    await admin.query(`alter database ${draft} with allow_connections false`)
    await admin.query(`alter database ${draft} rename to ${template}`)
    return template
  } finally {
    await admin.query('select pg_advisory_unlock(hashtextextended($1, 0))', [`template ${service}`])
  }
}

/** Copies a template with its owner and its grants, which PostgreSQL does not copy. */
async function clone(admin: pg.Client, template: string, name: string, service: string) {
  await admin.query(
    `create database ${name} template ${template} strategy file_copy owner ${service}_owner`,
  )
  await admin.query(
    'update pg_database set datacl = (select datacl from pg_database where datname = $1) where datname = $2',
    [template, name],
  )
}

function urls(adminUrl: string, service: string, database: string): TestDatabase {
  const passwords = passwordsOf(service)
  const url = (role?: keyof typeof passwords) => {
    const result = new URL(adminUrl)
    result.pathname = `/${database}`
    if (role) Object.assign(result, { username: `${service}_${role}`, password: passwords[role] })
    return result.href
  }
  return {
    databaseUrl: url('app'),
    relayUrl: url('relay'),
    systemUrl: url('system'),
    adminDatabaseUrl: url(),
  }
}

// Roles belong to the whole server: every test process must know the same passwords.
function passwordsOf(service: string) {
  return {
    app: `test-${service}-app`,
    relay: `test-${service}-relay`,
    system: `test-${service}-system`,
  }
}

/** Changes with the migrations and with the package that writes their policies. */
function fingerprint(folder: string): string {
  const hash = createHash('sha256')
  for (const source of [folder, join(ROOT, 'packages/tenancy/src')]) {
    for (const file of readdirSync(source, { recursive: true, encoding: 'utf8' }).sort()) {
      if (file.endsWith('.ts')) hash.update(file).update(readFileSync(join(source, file)))
    }
  }
  return hash.digest('hex').slice(0, 16)
}

async function withClient<T>(url: string, work: (client: pg.Client) => Promise<T>): Promise<T> {
  const client = new pg.Client({ connectionString: url })
  client.on('error', () => undefined)
  await client.connect()
  try {
    return await work(client)
  } finally {
    await client.end()
  }
}
