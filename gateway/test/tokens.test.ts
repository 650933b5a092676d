import { createHmac, generateKeyPairSync, randomUUID } from 'node:crypto'
import { accessClaims, encoded, es256, Signer } from '@wardstone/cluster/testing'
import t from 'tap'
import { eventually, startGateway } from './helper.ts'

const now = () => Math.floor(Date.now() / 1000)

function hs256(header: object, key: string | Buffer): string {
  const text = `${encoded({ alg: 'HS256', typ: 'at+jwt', kid: 'key-1', ...header })}.${encoded(accessClaims())}`
  return `${text}.${createHmac('sha256', key).update(text).digest('base64url')}`
}

/** Tokens that are wrong in one way each. */
function badTokens(signer: Signer): Record<string, string> {
  const key = signer.key()
  const pem = key.publicKey.export({ type: 'spki', format: 'pem' }).toString()
  const good = signer.token()
  const [header = '', payload = '', signature = ''] = good.split('.')
  const stranger = new Signer()
  const p384 = generateKeyPairSync('ec', { namedCurve: 'P-384' })
  return {
    'not a token': 'abc',
    'two parts': `${header}.${payload}`,
    'four parts': `${good}.x`,
    'no signature': `${header}.${payload}.`,
    'cut signature': good.slice(0, -4),
    'other payload': `${header}.${encoded(accessClaims({ role: 'admin' }))}.${signature}`,
    padded: `${header}=.${payload}.${signature}`,
    'alg none': `${encoded({ alg: 'none', typ: 'at+jwt', kid: 'key-1' })}.${payload}.`,
    'alg none, signed': `${encoded({ alg: 'none', typ: 'at+jwt', kid: 'key-1' })}.${payload}.${signature}`,
    'HS256 with the public key': hs256({}, pem),
    'HS256 with the public key, trimmed': hs256({}, pem.trim()),
    'HS256 with the public key, padded': hs256({}, `\n${pem}`),
    'HS256 with nothing': hs256({}, ''),
    ES384: es256({ alg: 'ES384', typ: 'at+jwt', kid: 'key-1' }, accessClaims(), p384),
    'alg of another case': signer.token({}, { alg: 'es256' }),
    'signed by a stranger': stranger.token(),
    'unknown kid': signer.token({}, { kid: 'nobody' }),
    'no kid': signer.token({}, { kid: undefined }),
    'kid is a number': signer.token({}, { kid: 7 }),
    'kid of a prototype': signer.token({}, { kid: '__proto__' }),
    'own key in the header': stranger.token({}, { jwk: stranger.jwks().keys[0], kid: 'key-1' }),
    'typ JWT': signer.token({}, { typ: 'JWT' }),
    'no typ': signer.token({}, { typ: undefined }),
    'unknown crit': signer.token({}, { crit: ['exp'] }),
    expired: signer.token({ iat: now() - 700, exp: now() - 10 }),
    'not yet valid': signer.token({ nbf: now() + 60 }),
    'exp is text': signer.token({ exp: String(now() + 600) }),
    'exp is null': signer.token({ exp: null }),
    'other issuer': signer.token({ iss: 'somebody' }),
    'other audience': signer.token({ aud: 'another-api' }),
    'numeric audience': signer.token({ aud: 5 }),
    'many audiences': signer.token({ aud: ['wardstone-api', 'another-api'] }),
    'sub is a number': signer.token({ sub: 5 }),
    'sub is no uuid': signer.token({ sub: 'x' }),
    'hospital is no uuid': signer.token({ hospital_id: '*' }),
    'two hospitals': signer.token({ hospital_id: [randomUUID(), randomUUID()] }),
    'unknown role': signer.token({ role: 'system' }),
    'anonymous role': signer.token({ role: 'anonymous' }),
    'unknown claim': signer.token({ permissions: ['*'] }),
    'too long': signer.token({ hospital_name: 'x'.repeat(5000) }),
  }
}

t.test('every bad token gets the same 401', async (t) => {
  const gateway = await startGateway(t)
  t.equal(
    (await gateway.get('/api/patients', gateway.signer.bearer())).status,
    200,
    'a good one passes',
  )
  const before = gateway.upstreams.patient.received.length
  const bodies = new Set<string>()
  const cases = badTokens(gateway.signer)
  for (const claim of Object.keys(accessClaims())) {
    cases[`without ${claim}`] = gateway.signer.token({ [claim]: undefined })
  }
  for (const [name, token] of Object.entries(cases)) {
    const answer = await gateway.get('/api/patients', { authorization: `Bearer ${token}` })
    t.equal(answer.status, 401, name)
    t.equal(answer.headers.get('www-authenticate'), 'Bearer error="invalid_token"', name)
    t.equal(answer.headers.get('x-hospital-id'), null)
    const { request_id, ...body } = (await answer.json()) as { request_id: string }
    t.equal(request_id, answer.headers.get('x-request-id'))
    bodies.add(JSON.stringify(body))
  }
  t.equal(bodies.size, 1, 'one body for all')
  for (const value of [
    'Bearer',
    'Bearer ',
    'Bearer\tx.y.z',
    'Bearer  a.b.c',
    'Basic YTpi',
    'a.b.c',
  ]) {
    t.equal((await gateway.get('/api/patients', { authorization: value })).status, 401, value)
  }
  t.equal(gateway.upstreams.patient.received.length, before, 'no service was asked')
})

t.test('a signature in another spelling was believed, as was a crit of null', async (t) => {
  const gateway = await startGateway(t)
  const good = gateway.signer.token()
  const spare = String.fromCharCode(good.charCodeAt(good.length - 1) + 1)
  const respelled = good.slice(0, -1) + spare
  t.ok(
    Buffer.from(good, 'base64url').equals(Buffer.from(respelled, 'base64url')),
    'both spell the same bytes',
  )
  for (const [token, status] of [
    [good, 200],
    [respelled, 401],
    [gateway.signer.token({}, { crit: null }), 401],
    [gateway.signer.token({}, { b64: true }), 401],
  ] as const) {
    const answer = await gateway.get('/api/patients', { authorization: `Bearer ${token}` })
    t.equal(answer.status, status)
  }
})

t.test('no token is told to sign in', async (t) => {
  const gateway = await startGateway(t)
  for (const path of [
    '/api/patients',
    '/api/patients/',
    '/api/auth/profile',
    '/api/audit/events',
    '/api/auth/login',
  ]) {
    const answer = await gateway.get(path)
    t.equal(answer.status, 401, path)
    t.equal(answer.headers.get('www-authenticate'), 'Bearer')
    t.equal(answer.headers.get('content-type'), 'application/problem+json')
    t.match(await answer.json(), { code: 'unauthenticated', status: 401 })
  }
})

t.test('made-up key ids do not flood the auth service', async (t) => {
  const gateway = await startGateway(t)
  let looks = 0
  gateway.upstreams.auth.answers.set('/.well-known/jwks.json', () => {
    looks += 1
    return gateway.signer.jwks()
  })
  const made = { alg: 'ES256', typ: 'at+jwt' }
  const signature = 'A'.repeat(86)
  const tokens = Array.from(
    { length: 10_000 },
    () => `${encoded({ ...made, kid: randomUUID() })}.e30.${signature}`,
  )
  for (let from = 0; from < tokens.length; from += 200) {
    const answers = await Promise.all(
      tokens.slice(from, from + 200).map((token) =>
        gateway.app.inject({
          url: '/api/patients',
          headers: { authorization: `Bearer ${token}` },
        }),
      ),
    )
    if (answers.some(({ statusCode }) => statusCode !== 401)) t.fail('a made-up token passed')
  }
  t.ok(looks > 0 && looks <= 2, `${looks} looks`)
  t.equal((await gateway.get('/api/patients', gateway.signer.bearer())).status, 200)
})

t.test('a new key is found when it is first used', async (t) => {
  const gateway = await startGateway(t)
  const key = gateway.signer.addKey('key-2')
  const token = gateway.signer.token({}, {}, key)
  t.equal((await gateway.get('/api/patients', { authorization: `Bearer ${token}` })).status, 200)
})

t.test('an auth service that is away stops nobody whose key is known', async (t) => {
  const gateway = await startGateway(t)
  await gateway.upstreams.auth.close()
  t.equal((await gateway.get('/api/patients', gateway.signer.bearer())).status, 200)
  const token = gateway.signer.token({}, {}, gateway.signer.addKey('key-3'))
  t.equal((await gateway.get('/api/patients', { authorization: `Bearer ${token}` })).status, 401)
})

t.test('while no key was ever known the answer is 503, and soon after it is not', async (t) => {
  const signer = new Signer()
  const gateway = await startGateway(t, {}, signer, {
    prepare: ({ auth }) =>
      auth.answers.set('/.well-known/jwks.json', () => ({ error: 'starting' })),
  })
  const answer = await gateway.get('/api/patients', signer.bearer())
  t.equal(answer.status, 503)
  t.equal(answer.headers.get('retry-after'), '1')
  t.match(await answer.json(), { code: 'unavailable' })
  t.equal((await gateway.get('/.well-known/jwks.json')).status, 503)
  gateway.upstreams.auth.answers.set('/.well-known/jwks.json', () => signer.jwks())
  await eventually(
    async () => (await gateway.get('/api/patients', signer.bearer())).status === 200,
    3000,
  )
})

t.test('while revocations were never told the answer is 503', async (t) => {
  const signer = new Signer()
  const gateway = await startGateway(t, {}, signer, {
    prepare: ({ auth }) =>
      auth.answers.set('/internal/revocations', () => ({ revocations: [{ kind: 'x' }] })),
  })
  t.equal((await gateway.get('/api/patients', signer.bearer())).status, 503)
  gateway.upstreams.auth.answers.set('/internal/revocations', () => ({ revocations: [] }))
  await eventually(
    async () => (await gateway.get('/api/patients', signer.bearer())).status === 200,
    3000,
  )
})
