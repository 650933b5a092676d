import { randomUUID } from 'node:crypto'
import type { AddressInfo } from 'node:net'
import httpProxy from '@fastify/http-proxy'
import Fastify from 'fastify'
import t from 'tap'
import { CITY, exchange, RIVERSIDE, startGateway } from './helper.ts'
import { type Received, Upstream } from './upstream.ts'

const STAMPS = ['x-hospital-id', 'x-user-id', 'x-user-role', 'x-request-id', 'authorization']

const values = ({ rawHeaders }: Received, name: string) =>
  rawHeaders.filter(([it]) => it === name).map(([, value]) => value)

const rawGet = (path: string, ...headers: string[]) =>
  [`GET ${path} HTTP/1.1`, 'Host: wardstone.test', ...headers, 'Connection: close', '', ''].join(
    '\r\n',
  )

t.test('the caller of the token is stamped on the request, and nothing else passes', async (t) => {
  const gateway = await startGateway(t)
  const user = randomUUID()
  const answer = await gateway.get('/api/patients?limit=5', {
    ...gateway.signer.bearer({ hospital_id: CITY, sub: user, role: 'nurse' }),
    accept: 'application/json',
    'if-none-match': '"3"',
    cookie: 'a=b',
    'x-forwarded-for': '10.0.0.1',
  })
  t.equal(answer.status, 200)
  const { last } = gateway.upstreams.patient
  t.equal(last.url, '/api/patients?limit=5')
  t.strictSame(values(last, 'x-hospital-id'), [CITY])
  t.strictSame(values(last, 'x-user-id'), [user])
  t.strictSame(values(last, 'x-user-role'), ['nurse'])
  t.strictSame(values(last, 'x-request-id'), [answer.headers.get('x-request-id')])
  t.strictSame(last.rawHeaders.map(([name]) => name).sort(), [
    'accept',
    'authorization',
    'connection',
    'host',
    'if-none-match',
    'user-agent',
    'x-hospital-id',
    'x-request-id',
    'x-user-id',
    'x-user-role',
  ])
})

t.test('a Connection header that names a stamp does not take it away', async (t) => {
  const gateway = await startGateway(t)
  const bearer = `Authorization: Bearer ${gateway.signer.token({ hospital_id: CITY })}`
  for (const name of [...STAMPS, STAMPS.join(', '), `close, ${STAMPS.join(',')}`]) {
    const answer = await exchange(
      gateway.port,
      rawGet('/api/patients', bearer, `Connection: ${name}`),
    )
    t.match(answer, /^HTTP\/1.1 200/, name)
    const { last } = gateway.upstreams.patient
    for (const stamp of STAMPS) t.equal(values(last, stamp).length, 1, `${stamp} once`)
    t.strictSame(values(last, 'x-hospital-id'), [CITY])
  }
})

t.test('without the fixed list the same header does take the stamp away', async (t) => {
  const upstream = await Upstream.start(t)
  const naive = Fastify()
  await naive.register(httpProxy, {
    upstream: upstream.url,
    replyOptions: {
      rewriteRequestHeaders: (request) => ({ ...request.headers, 'x-hospital-id': CITY }),
    },
  })
  await naive.listen({ host: '127.0.0.1', port: 0 })
  t.teardown(() => naive.close())
  const { port } = naive.server.address() as AddressInfo
  await exchange(port, rawGet('/api/patients', 'Connection: x-hospital-id'))
  t.strictSame(values(upstream.last, 'x-hospital-id'), [], 'the service was told no hospital')
  await exchange(port, rawGet('/api/patients', `X_Hospital_Id: ${RIVERSIDE}`))
  t.strictSame(values(upstream.last, 'x_hospital_id'), [RIVERSIDE], 'the alias went through')
})

t.test('other spellings of the stamps never reach a service', async (t) => {
  const gateway = await startGateway(t)
  const bearer = `Authorization: Bearer ${gateway.signer.token({ hospital_id: CITY })}`
  const aliases = [
    'X_Hospital_Id',
    'X.Hospital.Id',
    'X-Hospital_Id',
    'x_user_role',
    'X.User.Role',
    'X_REQUEST_ID',
  ]
  for (const alias of aliases) {
    const forged = [`${alias}: ${RIVERSIDE}`, `${alias}: ${RIVERSIDE}`]
    t.match(
      await exchange(gateway.port, rawGet('/api/patients', bearer, ...forged)),
      /^HTTP\/1.1 200/,
    )
    t.notMatch(JSON.stringify(gateway.upstreams.patient.last.rawHeaders), RIVERSIDE, alias)
  }
  const spaced = await exchange(
    gateway.port,
    rawGet('/api/patients', bearer, `X-Hospital-Id : ${RIVERSIDE}`),
  )
  t.match(spaced, /^HTTP\/1.1 400/, 'a space before the colon')
})

t.test('stamps that a client sends are replaced', async (t) => {
  const gateway = await startGateway(t)
  const user = randomUUID()
  await gateway.get('/api/patients', {
    ...gateway.signer.bearer({ hospital_id: CITY, sub: user, role: 'staff' }),
    'x-user-id': randomUUID(),
    'x-user-role': 'admin',
    'x-request-id': 'chosen-by-the-client',
  })
  const { last } = gateway.upstreams.patient
  t.strictSame(values(last, 'x-user-id'), [user])
  t.strictSame(values(last, 'x-user-role'), ['staff'])
  t.notSame(values(last, 'x-request-id'), ['chosen-by-the-client'])
})

t.test('a public route is called by nobody, whoever the client says it is', async (t) => {
  const gateway = await startGateway(t)
  const answer = await gateway.post(
    '/api/auth/login/',
    { username: 'a', password: 'b' },
    {
      ...gateway.signer.bearer({ hospital_id: CITY }),
      'x-hospital-id': CITY,
      'x-user-id': randomUUID(),
    },
  )
  t.equal(answer.status, 200)
  t.equal(answer.headers.get('x-hospital-id'), null)
  const { last } = gateway.upstreams.auth
  t.equal(last.url, '/api/auth/login')
  t.equal(last.body, '{"username":"a","password":"b"}')
  t.strictSame(values(last, 'x-hospital-id'), [])
  t.strictSame(values(last, 'x-user-id'), [])
  t.strictSame(values(last, 'x-user-role'), ['anonymous'])
})
