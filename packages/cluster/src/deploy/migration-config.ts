import { ClusterProblem } from '../problem.ts'
import type { DatabasePasswords } from '../secrets.ts'
import { SERVICES } from '../services.ts'

/** What the job that prepares the servers is told. */
export interface MigrationConfig {
  /** A superuser's. */
  databaseUrl: string
  /** The administrator's. */
  natsUrl: string
  /** What the roles of a service's database shall sign in with. */
  databasePasswords(service: string): DatabasePasswords
  /** Demo data has logins that everybody knows, so it is loaded only when asked for. */
  demo: boolean
}

/** The settings in these environment variables; a wrong one is a clear sentence. */
export function migrationConfig(env: NodeJS.ProcessEnv): MigrationConfig {
  const passwords = passwordsIn(required(env, 'DATABASE_PASSWORDS'))
  const demo = env.WARDSTONE_DEMO === 'true'
  if (demo && env.NODE_ENV === 'production')
    throw new ClusterProblem('WARDSTONE_DEMO must not be true when NODE_ENV is production.')
  return {
    databaseUrl: required(env, 'DATABASE_URL'),
    natsUrl: required(env, 'NATS_URL'),
    databasePasswords: (service) => passwords[service] as DatabasePasswords,
    demo,
  }
}

function required(env: NodeJS.ProcessEnv, name: string): string {
  const value = env[name]
  if (value) return value
  throw new ClusterProblem(`The environment variable ${name} is missing.`)
}

function passwordsIn(text: string): Record<string, DatabasePasswords> {
  const passwords = parsed(text)
  for (const { name } of SERVICES) {
    for (const role of ['app', 'relay', 'system'] as const) {
      if (passwords[name]?.[role]) continue
      throw new ClusterProblem(`DATABASE_PASSWORDS has no password of ${name}_${role}.`)
    }
  }
  return passwords
}

// JSON.parse quotes what it cannot read, and this must not reach a log.
function parsed(text: string): Record<string, DatabasePasswords> {
  try {
    return JSON.parse(text)
  } catch {
    throw new ClusterProblem('DATABASE_PASSWORDS is not JSON.')
  }
}
