import { randomUUID } from 'node:crypto'
import pg from 'pg'
import { type callerOf, type TestCaller, type TestRequest, testIdentity } from './identity.ts'

/** One way to come without, or with the wrong, identity. */
interface Vector {
  what: string
  headers: Record<string, string>
}

interface Answer {
  statusCode: number
  body: string
}

interface Contract {
  service: string
  /** A tenant route that reads the database, without a query string. */
  url: string
  caller: TestCaller
  /** What its identity tokens are signed with, when not the tests' own key. */
  key?: string
}

/** What a vector got, and how many connections to the database it asked for. */
export interface VectorResult {
  what: string
  status: number
  code: string
  queries: number
}

const SECOND = 1000

/**
 * The service's side of the identity contract with the gateway: sends every wrong identity to `url`.
 * Each must be answered 401 `unauthenticated` without a query; the caller's own identity, sent first
 * and last, shows that the route works and that queries are counted.
 */
export async function identityContract(
  app: Parameters<typeof callerOf<Answer>>[0],
  contract: Contract,
): Promise<{ right: VectorResult[]; wrong: VectorResult[] }> {
  const send = (headers: Record<string, string>) =>
    app.inject({ method: 'GET', url: contract.url, headers })
  const right = { what: 'the right identity', headers: identity(contract, {}) }
  const again = { what: 'the right identity again', headers: identity(contract, {}) }
  const results: VectorResult[] = []
  for (const vector of [right, ...vectors(contract), again]) {
    results.push(await measured(vector, () => send(vector.headers)))
  }
  return { right: [results[0], results.at(-1)] as VectorResult[], wrong: results.slice(1, -1) }
}

async function measured({ what }: Vector, send: () => Promise<Answer>): Promise<VectorResult> {
  const { connect } = pg.Pool.prototype
  let queries = 0
  pg.Pool.prototype.connect = function counted(this: pg.Pool, ...given: unknown[]) {
    queries += 1
    return Reflect.apply(connect, this, given)
  } as typeof connect
  try {
    const answer = await send()
    const { code } = JSON.parse(answer.body || '{}')
    return { what, status: answer.statusCode, code: code ?? '', queries }
  } finally {
    pg.Pool.prototype.connect = connect
  }
}

function identity(contract: Contract, changes: Partial<TestRequest>): Record<string, string> {
  const { service, url, caller, key } = contract
  return testIdentity(caller, { service, method: 'GET', url, ...(key && { key }), ...changes })
}

function vectors(contract: Contract): Vector[] {
  const now = Math.floor(Date.now() / SECOND)
  const with_ = (what: string, changes: Partial<TestRequest>) => ({
    what,
    headers: identity(contract, changes),
  })
  const stamped = (what: string, headers: Record<string, string>) => ({
    what,
    headers: { ...identity(contract, {}), ...headers },
  })
  const good = identity(contract, {}).authorization ?? ''
  return [
    { what: 'no identity', headers: {} },
    {
      what: 'only plain stamps',
      headers: { 'x-hospital-id': randomUUID(), 'x-user-role': 'admin' },
    },
    stamped('an empty bearer', { authorization: 'Bearer ' }),
    stamped('another scheme', { authorization: good.replace('Bearer', 'Basic') }),
    stamped('a cut token', { authorization: good.slice(0, -4) }),
    stamped('an unsigned token', { authorization: `${good.split('.').slice(0, 2).join('.')}.` }),
    with_('another key', { key: 'another-key-of-more-than-thirty-two-bytes-for-sure' }),
    with_('another service’s', { claims: { aud: 'another' } }),
    with_('another issuer', { claims: { iss: 'another' as never } }),
    with_('an expired one', { claims: { iat: now - 60, exp: now - 30 } }),
    with_('one that lives too long', { claims: { exp: now + 3600 } }),
    with_('another method', { method: 'DELETE' }),
    with_('another path', { url: `${contract.url}x` }),
    with_('a query appended', { url: `${contract.url}?limit=1` }),
    with_('a role that is none', { claims: { role: 'root' as never } }),
    with_('a hospital that is no UUID', { claims: { hospital_id: '1' } }),
    stamped('another hospital’s stamp', { 'x-hospital-id': randomUUID() }),
    stamped('another user’s stamp', { 'x-user-id': randomUUID() }),
    stamped('another role’s stamp', { 'x-user-role': 'platform_admin' }),
    stamped('two hospitals in one stamp', {
      'x-hospital-id': `${contract.caller.hospital_id}, ${randomUUID()}`,
    }),
  ]
}
