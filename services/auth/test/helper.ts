import { generateKeyPairSync, randomUUID } from 'node:crypto'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import {
  callerOf,
  natsUrlFor,
  TEST_IDENTITY_KEY,
  type TestCaller,
  testDatabase,
} from '@wardstone/cluster/testing'
import type { AuditEvent, Role } from '@wardstone/contracts'
import pg from 'pg'
import type { Test } from 'tap'
import { folded } from '../src/accounts/names.ts'
import { buildApp } from '../src/app.ts'
import { hashPassword } from '../src/passwords/argon2id.ts'
import type { SignedIn } from '../src/sessions/schemas.ts'

/** Two hospitals of every test. */
export const CITY = { id: randomUUID(), name: 'City General Hospital', slug: 'city' }
export const RIVERSIDE = { id: randomUUID(), name: 'Riverside Medical Center', slug: 'riverside' }

/** Everybody's password. */
export const PASSWORD = 'wren-Kettle-42-olive'
const passwordHash = await hashPassword(PASSWORD)

/** A private ES256 key as the signing keys file has it. */
export function signingKey(kid: string) {
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  return { ...privateKey.export({ format: 'jwk' }), kid, alg: 'ES256', use: 'sig' }
}

/** An account of the test: its memberships are made with it. */
export interface Somebody {
  username?: string
  hospital_id?: string
  role?: Role
  status?: string
}

interface Environment {
  natsUrl?: string
  adminUrl?: string
  /** The app's own view of the database. */
  databaseUrl?: string
  keys?: object[]
  config?: { PASSWORD_MIN_LENGTH?: number; SESSION_SECONDS?: number }
}

/** The auth service on a database of its own, a superuser's look at that, and people who call. */
export async function build(t: Test, env: Environment = {}) {
  const urls = await testDatabase(t, 'auth', env.adminUrl ? { adminUrl: env.adminUrl } : {})
  const admin = new pg.Client({ connectionString: urls.adminDatabaseUrl })
  admin.on('error', () => {})
  await admin.connect()
  const sql = async <Row extends object>(text: string, values: unknown[] = []) =>
    (await admin.query<Row>(text, values)).rows
  for (const { id, slug, name } of [CITY, RIVERSIDE]) {
    await sql('insert into hospital (hospital_id, slug, name) values ($1, $2, $3)', [
      id,
      slug,
      name,
    ])
  }

  const keysFile = join(t.testdir({}), 'signing-keys.json')
  writeFileSync(keysFile, JSON.stringify({ keys: env.keys ?? [signingKey('test')] }))
  const app = await buildApp({
    HOST: '127.0.0.1',
    PORT: 0,
    LOG_LEVEL: 'silent',
    IDENTITY_KEY: TEST_IDENTITY_KEY,
    DATABASE_URL: env.databaseUrl ?? urls.databaseUrl,
    SYSTEM_DATABASE_URL: env.databaseUrl ?? urls.systemUrl,
    RELAY_DATABASE_URL: urls.relayUrl,
    DATABASE_POOL_SIZE: 4,
    // Nothing listens there: the outbox keeps every event for the test to look at.
    NATS_URL: env.natsUrl ? natsUrlFor(env.natsUrl, 'auth') : 'nats://127.0.0.1:1',
    SIGNING_KEYS_FILE: keysFile,
    TOKEN_ISSUER: 'wardstone',
    TOKEN_AUDIENCE: 'wardstone-api',
    ACCESS_TOKEN_SECONDS: 600,
    SESSION_SECONDS: 86_400,
    PASSWORD_MIN_LENGTH: 12,
    ...env.config,
  })
  t.teardown(async () => {
    await app.close()
    await admin.end()
  })
  await app.ready()

  const as = (caller: TestCaller) => callerOf(app, 'auth', caller)
  const anonymous = as({ role: 'anonymous' })
  /** Anybody, from somewhere. */
  const from = (where: { ip: string; user_agent?: string }) => as({ role: 'anonymous', ...where })
  const join_ = async (
    account_id: string,
    { hospital_id = CITY.id, role = 'doctor', status = 'active' }: Somebody,
  ) => {
    await sql(
      'insert into membership (hospital_id, account_id, role, status) values ($1, $2, $3, $4)',
      [hospital_id, account_id, role, status],
    )
  }
  /** An account with one membership. */
  const somebody = async (somebody: Somebody = {}) => {
    const id = randomUUID()
    const username = somebody.username ?? `user_${id}`
    await sql(
      `insert into account (id, username, username_folded, email, email_folded, password_hash, first_name, last_name)
        values ($1, $2, $3, $4, $4, $5, 'Amina', 'Okafor')`,
      [id, username, folded(username), `${id}@example.org`, passwordHash],
    )
    await join_(id, somebody)
    return { id, username, password: PASSWORD }
  }
  const login = (body: object) => anonymous.post('/api/auth/login', { payload: body })
  const refresh = (refresh_token: string) =>
    anonymous.post('/api/auth/refresh', { payload: { refresh_token } })
  /** Somebody signed in: the answer, and them as a caller. */
  const signedIn = async (who: Somebody = {}) => {
    const { username, password } = await somebody(who)
    const answer = (await login({ username, password })).json<SignedIn>()
    return {
      ...answer,
      caller: as(claimsOf(answer.access_token)),
      claims: claimsOf(answer.access_token),
    }
  }
  const payloads = async (subjects: string) =>
    (
      await sql<{ payload: string }>(
        'select payload from outbox where subject like $1 order by id',
        [subjects],
      )
    ).map(({ payload }) => JSON.parse(payload))
  return {
    app,
    as,
    sql,
    urls,
    anonymous,
    from,
    join: join_,
    somebody,
    login,
    refresh,
    signedIn,
    auditEvents: async (): Promise<AuditEvent[]> =>
      (await payloads('audit.%')).flatMap(({ events }) => events),
    domainEvents: () => payloads('domain.%'),
  }
}

/** The caller that an access token stands for, as the gateway would say it. */
export function claimsOf(token: string): TestCaller & { jti: string; iat: number; exp: number } {
  const claims = JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString())
  const { sub, sid, ...rest } = claims
  return { ...rest, user_id: sub, session_id: sid }
}
