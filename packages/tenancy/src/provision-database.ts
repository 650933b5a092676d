import pg from 'pg'

interface Provision {
  /** A superuser's URL; its database is only used to connect. */
  adminUrl: string
  service: string
  /** `wardstone_<service>` unless given. */
  database?: string
  passwords: { app: string; relay: string; system: string }
}

/** The URLs of a provisioned database by role. `adminDatabaseUrl` is the superuser's, for migrations. */
export interface ProvisionedDatabase {
  databaseUrl: string
  relayUrl: string
  systemUrl: string
  adminDatabaseUrl: string
}

/** Why each: requests end before their client gives up, locks do not pile up, and a killed process leaves none behind. */
const TIMEOUTS = {
  statement_timeout: '5s',
  lock_timeout: '2s',
  idle_in_transaction_session_timeout: '10s',
  client_connection_check_interval: '5s',
}

/**
 * Makes a service's roles and its database, or brings them up to date; can be repeated.
 * `<service>_owner` owns everything and cannot log in; `_app`, `_relay` and `_system` own nothing and
 * cannot pass row-level security.
 */
export async function provisionDatabase(provision: Provision): Promise<ProvisionedDatabase> {
  const { adminUrl, service, passwords } = provision
  const database = provision.database ?? `wardstone_${service}`
  const admin = new pg.Client({ connectionString: adminUrl })
  await admin.connect()
  try {
    await admin.query(`select pg_advisory_lock(hashtext('wardstone provision'))`)
    await createRoles(admin, service, passwords)
    const { rowCount } = await admin.query('select from pg_database where datname = $1', [database])
    if (rowCount === 0)
      await admin.query(`create database ${id(database)} owner ${id(`${service}_owner`)}`)
    await admin.query(`revoke all on database ${id(database)} from public`)
    await admin.query(`grant connect on database ${id(database)} to ${roles(service)}`)
  } finally {
    await admin.end()
  }
  const adminDatabaseUrl = withDatabase(adminUrl, database)
  await openSchema(adminDatabaseUrl, service)
  return {
    databaseUrl: asRole(adminDatabaseUrl, `${service}_app`, passwords.app),
    relayUrl: asRole(adminDatabaseUrl, `${service}_relay`, passwords.relay),
    systemUrl: asRole(adminDatabaseUrl, `${service}_system`, passwords.system),
    adminDatabaseUrl,
  }
}

async function createRoles(admin: pg.Client, service: string, passwords: Provision['passwords']) {
  await createRole(admin, `${service}_owner`, 'nologin')
  for (const [kind, password] of Object.entries(passwords)) {
    const role = `${service}_${kind}`
    await createRole(admin, role, `login password ${admin.escapeLiteral(password)}`)
    for (const [setting, value] of Object.entries(TIMEOUTS)) {
      await admin.query(`alter role ${id(role)} set ${setting} = '${value}'`)
    }
  }
}

async function createRole(admin: pg.Client, role: string, options: string) {
  const { rowCount } = await admin.query('select from pg_roles where rolname = $1', [role])
  if (rowCount === 0) await admin.query(`create role ${id(role)}`)
  await admin.query(
    `alter role ${id(role)} ${options} nosuperuser nobypassrls nocreaterole nocreatedb noreplication`,
  )
}

async function openSchema(adminDatabaseUrl: string, service: string) {
  const admin = new pg.Client({ connectionString: adminDatabaseUrl })
  await admin.connect()
  try {
    await admin.query('revoke all on schema public from public')
    await admin.query(`grant usage on schema public to ${roles(service)}`)
  } finally {
    await admin.end()
  }
}

const id = pg.escapeIdentifier

function roles(service: string): string {
  return ['app', 'relay', 'system'].map((kind) => id(`${service}_${kind}`)).join(', ')
}

function withDatabase(url: string, database: string): string {
  const changed = new URL(url)
  changed.pathname = `/${database}`
  return changed.href
}

function asRole(url: string, role: string, password: string): string {
  const changed = new URL(url)
  changed.username = role
  changed.password = encodeURIComponent(password)
  return changed.href
}
