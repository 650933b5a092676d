import t from 'tap'
import { CITY, eventually, exchange, startGateway } from './helper.ts'

const SECURITY = {
  'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
  'referrer-policy': 'no-referrer',
  'strict-transport-security': 'max-age=31536000; includeSubDomains',
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
}

t.test('the headers of an answer, all of them', async (t) => {
  const gateway = await startGateway(t)
  gateway.upstreams.patient.answers.set('/api/patients/1', (_request, raw) => {
    raw
      .writeHead(200, {
        'content-type': 'application/json',
        etag: '"3"',
        link: '</api/patients?cursor=x>; rel="next"',
        server: 'inside/1.0',
        'x-powered-by': 'inside',
        'x-internal': 'secret',
        'x-hospital-id': 'not the service s to say',
        'x-request-id': 'nor this',
        'set-cookie': 'a=b',
        'keep-alive': 'timeout=65',
        'access-control-allow-origin': '*',
        connection: 'x-secret',
        'x-secret': 'secret',
      })
      .end('{"id":1}')
    return undefined
  })
  const answer = await gateway.get('/api/patients/1', gateway.signer.bearer({ hospital_id: CITY }))
  const { date, 'x-request-id': id, ...headers } = Object.fromEntries(answer.headers)
  t.ok(date)
  t.match(id, /^[0-9a-f-]{36}$/)
  t.strictSame(headers, {
    ...SECURITY,
    'cache-control': 'no-store',
    connection: 'keep-alive',
    'content-type': 'application/json',
    etag: '"3"',
    'keep-alive': 'timeout=65',
    link: '</api/patients?cursor=x>; rel="next"',
    'transfer-encoding': 'chunked',
    'x-hospital-id': CITY,
    'x-hospital-name': 'City General Hospital',
  })
  t.strictSame(await answer.json(), { id: 1 })
})

t.test('errors carry the same headers', async (t) => {
  const gateway = await startGateway(t)
  for (const path of [
    '/nothing',
    '/api/patients',
    '/%zz',
    '/health',
    '/ready',
    '/.well-known/jwks.json',
  ]) {
    const { headers } = await gateway.get(path)
    for (const [name, value] of Object.entries(SECURITY))
      t.equal(headers.get(name), value, `${path} ${name}`)
    t.match(headers.get('x-request-id'), /^[0-9a-f-]{36}$/, path)
    t.equal(headers.get('x-hospital-id'), null)
  }
})

t.test('a service may say how long its answer keeps', async (t) => {
  const gateway = await startGateway(t)
  gateway.upstreams.hospital.answers.set('/api/hospitals', (_request, raw) => {
    raw.writeHead(200, { 'cache-control': 'public, max-age=60' }).end('{}')
    return undefined
  })
  t.equal((await gateway.get('/api/hospitals')).headers.get('cache-control'), 'public, max-age=60')
})

t.test('what the client has already is not sent again', async (t) => {
  const gateway = await startGateway(t)
  const path = '/api/patients/1'
  gateway.upstreams.patient.answers.set(path, ({ headers }, raw) => {
    if (headers['if-none-match'] === '"3"') raw.writeHead(304, { etag: '"3"' }).end()
    else raw.writeHead(200, { etag: '"3"', 'content-type': 'application/json' }).end('{"id":1}')
    return undefined
  })
  const bearer = gateway.signer.bearer({ hospital_id: CITY })
  const [known, changed] = await Promise.all([
    gateway.get(path, { ...bearer, 'if-none-match': '"3"' }),
    gateway.get(path, { ...bearer, 'if-none-match': '"2"' }),
  ])
  t.equal(known.status, 304)
  t.equal(await known.text(), '')
  const {
    date,
    connection,
    'keep-alive': _,
    'x-request-id': id,
    ...headers
  } = Object.fromEntries(known.headers)
  t.ok(date && connection && id)
  t.strictSame(headers, {
    ...SECURITY,
    'cache-control': 'no-store',
    etag: '"3"',
    'x-hospital-id': CITY,
    'x-hospital-name': 'City General Hospital',
  })
  t.equal(changed.status, 200)
  t.strictSame(await changed.json(), { id: 1 })
  const again = await gateway.get(path, { ...bearer, 'if-none-match': '"3"' })
  t.equal(again.status, 304, 'the connections to the service go on')
})

t.test('the hospital s name is a header, whatever it is written with', async (t) => {
  const gateway = await startGateway(t)
  for (const [name, header] of [
    ["St. Mary's Clinic", "St. Mary's Clinic"],
    ['Hôpital Général', 'Hôpital Général'],
    ['Клиника', encodeURI('Клиника')],
    ['a\r\nSet-Cookie: x=y', 'a%0D%0ASet-Cookie:%20x=y'],
    ['病院 🏥', encodeURI('病院 🏥')],
  ] as const) {
    const bearer = gateway.signer.bearer({ hospital_id: CITY, hospital_name: name })
    const answer = await gateway.get('/api/patients', bearer)
    t.equal(answer.status, 200, name)
    t.equal(answer.headers.get('x-hospital-name'), header)
    t.equal(answer.headers.get('set-cookie'), null)
  }
  const nowhere = { role: 'platform_admin', hospital_id: null, hospital_name: null }
  const answer = await gateway.get('/api/hospitals/1', gateway.signer.bearer(nowhere))
  t.equal(answer.status, 200)
  t.equal(answer.headers.get('x-hospital-name'), null)
})

t.test('no page of another origin may call, unless it is on the list', async (t) => {
  const preflight = (url: string) =>
    fetch(`${url}/api/patients`, {
      method: 'OPTIONS',
      headers: { origin: 'https://app.test', 'access-control-request-method': 'GET' },
    })
  const closed = await startGateway(t)
  t.equal((await preflight(closed.url)).headers.get('access-control-allow-origin'), null)
  const simple = await closed.get('/api/hospitals', { origin: 'https://app.test' })
  t.equal(simple.headers.get('access-control-allow-origin'), null)

  const open = await startGateway(t, { CORS_ORIGINS: 'https://app.test, https://other.test' })
  const allowed = await preflight(open.url)
  t.equal(allowed.status, 204)
  t.equal(allowed.headers.get('access-control-allow-origin'), 'https://app.test')
  t.equal(allowed.headers.get('access-control-allow-credentials'), null)
  const answer = await open.get('/api/patients', {
    ...open.signer.bearer(),
    origin: 'https://app.test',
  })
  t.equal(answer.headers.get('access-control-allow-origin'), 'https://app.test')
  const stranger = await open.get('/api/hospitals', { origin: 'https://evil.test' })
  t.not(stranger.headers.get('access-control-allow-origin'), 'https://evil.test')
})

t.test('public keys are shown, private ones never', async (t) => {
  const gateway = await startGateway(t)
  const answer = await gateway.get('/.well-known/jwks.json')
  t.equal(answer.headers.get('cache-control'), 'public, max-age=60')
  const { keys } = (await answer.json()) as { keys: object[] }
  t.strictSame(
    keys.map((key) => Object.keys(key).sort()),
    [['alg', 'crv', 'kid', 'kty', 'use', 'x', 'y']],
  )
  const headers = { 'if-none-match': answer.headers.get('etag') ?? '' }
  const again = await gateway.get('/.well-known/jwks.json', headers)
  t.equal(again.status, 304)
})

t.test('ready tells which part is away', async (t) => {
  const gateway = await startGateway(t)
  t.strictSame(await (await gateway.get('/health')).json(), { status: 'up' })
  const ready = await gateway.get('/ready')
  t.equal(ready.status, 200)
  t.strictSame(await ready.json(), {
    status: 'ready',
    parts: {
      nats: 'down',
      auth: 'up',
      hospital: 'up',
      patient: 'up',
      appointment: 'up',
      audit: 'up',
    },
  })
  await gateway.upstreams.audit.close()
  await eventually(async () => (await gateway.get('/ready')).status === 503)
  t.match(await (await gateway.get('/ready')).json(), {
    status: 'unavailable',
    parts: { audit: 'down' },
  })
})

t.test('a gateway that drains says so, and closes connections after their answer', async (t) => {
  const gateway = await startGateway(t)
  gateway.app.beginDrain()
  t.equal((await gateway.get('/ready')).status, 503)
  const request = `GET /api/patients HTTP/1.1\r\nHost: w\r\nAuthorization: Bearer ${gateway.signer.token()}\r\n\r\n`
  t.match(await exchange(gateway.port, request), /^HTTP\/1\.1 200.*connection: close/is)
})

t.test('a HEAD request is answered without a body', async (t) => {
  const gateway = await startGateway(t)
  const answer = await fetch(`${gateway.url}/api/patients/1`, {
    method: 'HEAD',
    headers: gateway.signer.bearer(),
  })
  t.equal(answer.status, 200)
  t.equal(gateway.upstreams.patient.last.method, 'HEAD')
})
