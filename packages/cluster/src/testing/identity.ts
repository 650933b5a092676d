import { createHmac, randomUUID } from 'node:crypto'
import {
  GATEWAY_ISSUER,
  IDENTITY_TOKEN_SECONDS,
  type Identity,
  type IdentityClaims,
} from '@wardstone/contracts'

/** The identity key that tests give to the service under test. */
export const TEST_IDENTITY_KEY = 'wardstone-test-identity-key-of-more-than-32-bytes'

/** The key that tests give to the service under test and those that ask it themselves. */
export const TEST_PEER_KEY = 'wardstone-test-peer-key-of-more-than-thirty-two-bytes'

/** Who calls in a test; what is not said is made up. */
export interface TestCaller extends Partial<Identity> {
  role: Identity['role']
}

/** One request as the gateway would describe it. */
export interface TestRequest {
  /** The `aud`: the service that is called. */
  service: string
  method: string
  /** Path and query as sent. */
  url: string
  key?: string
  /** Claims to forge: an expired `exp`, another `aud`… */
  claims?: Partial<IdentityClaims>
}

/** The headers the gateway would stamp on this request of this caller. */
export function testIdentity(caller: TestCaller, request: TestRequest): Record<string, string> {
  const claims = { ...claimsOf(caller, request), ...request.claims }
  return {
    authorization: `Bearer ${sign(claims, request.key ?? TEST_IDENTITY_KEY)}`,
    'x-user-role': claims.role,
    'x-request-id': claims.request_id,
    ...(claims.sub !== null && { 'x-user-id': claims.sub }),
    ...(claims.hospital_id !== null && { 'x-hospital-id': claims.hospital_id }),
  }
}

function claimsOf(caller: TestCaller, request: TestRequest): IdentityClaims {
  const now = Math.floor(Date.now() / 1000)
  const person = caller.role !== 'anonymous' && caller.role !== 'system'
  const atHospital = person && caller.role !== 'platform_admin'
  const made = <T>(given: T | undefined, make: boolean, value: T) =>
    given === undefined ? (make ? value : null) : given
  return {
    iss: GATEWAY_ISSUER,
    aud: request.service,
    iat: now,
    exp: now + IDENTITY_TOKEN_SECONDS,
    method: request.method,
    url: request.url,
    request_id: caller.request_id ?? randomUUID(),
    ip: caller.ip ?? '192.0.2.1',
    user_agent: caller.user_agent ?? null,
    role: caller.role,
    sub: made(caller.user_id, person, randomUUID()),
    username: made(caller.username, person, `test_${caller.role}`),
    sid: made(caller.session_id, person, randomUUID()),
    hospital_id: made(caller.hospital_id, atHospital, randomUUID()),
    hospital_name: made(caller.hospital_name, atHospital, 'Test Hospital'),
    ...(caller.break_glass && { break_glass: caller.break_glass }),
  }
}

/** A JWT made by hand: what a service accepts is not proved by the library it verifies with. */
function sign(claims: IdentityClaims, key: string): string {
  const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url')
  const text = `${part({ alg: 'HS256', typ: 'JWT' })}.${part(claims)}`
  return `${text}.${createHmac('sha256', key).update(text).digest('base64url')}`
}

/** What a caller may add to a request. */
export interface CallOptions {
  headers?: Record<string, string>
  payload?: object | string
}

/** The part of Fastify that `callerOf` needs. */
interface Injectable<Response> {
  inject(options: {
    method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'
    url: string
    headers: Record<string, string>
    payload?: object | string
  }): Promise<Response>
}

/** One person (or the gateway itself) calling one service by `inject`, each request freshly signed with `key`. */
export function callerOf<Response>(
  app: Injectable<Response>,
  service: string,
  caller: TestCaller,
  key = TEST_IDENTITY_KEY,
) {
  const user_id = caller.user_id
  const fixed: TestCaller = {
    ...caller,
    ...(user_id === undefined && isPerson(caller) && { user_id: randomUUID() }),
    ...(caller.session_id === undefined && isPerson(caller) && { session_id: randomUUID() }),
  }
  const call =
    (method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE') =>
    (url: string, { headers, payload }: CallOptions = {}) =>
      app.inject({
        method,
        url,
        headers: { ...testIdentity(fixed, { service, method, url, key }), ...headers },
        ...(payload !== undefined && { payload }),
      })
  return {
    get: call('GET'),
    post: call('POST'),
    put: call('PUT'),
    patch: call('PATCH'),
    delete: call('DELETE'),
  }
}

function isPerson(caller: TestCaller) {
  return caller.role !== 'anonymous' && caller.role !== 'system'
}
