import { type AddressInfo, connect } from 'node:net'
import httpProxy from '@fastify/http-proxy'
import Fastify from 'fastify'
import t from 'tap'
import { exchange, startGateway } from './helper.ts'
import { Upstream } from './upstream.ts'

const statuses = (answers: string) =>
  [...answers.matchAll(/HTTP\/1\.1 (\d{3})/g)].map(([, status]) => Number(status))

t.test('a GET with a body spoils the next request of a naive proxy', async (t) => {
  const upstream = await Upstream.start(t)
  const naive = Fastify()
  await naive.register(httpProxy, {
    upstream: upstream.url,
    http: { agentOptions: { keepAlive: true, maxSockets: 1 } },
  })
  await naive.listen({ host: '127.0.0.1', port: 0 })
  t.teardown(() => naive.close())
  const { port } = naive.server.address() as AddressInfo
  await exchange(
    port,
    'GET /a HTTP/1.1\r\nHost: w\r\nContent-Length: 6\r\nConnection: close\r\n\r\nPOISON',
  )
  const victim = await exchange(
    port,
    'GET /victim HTTP/1.1\r\nHost: w\r\nConnection: close\r\n\r\n',
  )
  t.notOk(statuses(victim).includes(200), 'the victim pays')
})

t.test('a GET or HEAD with a body is refused and spoils nothing', async (t) => {
  const gateway = await startGateway(t)
  const bearer = `Authorization: Bearer ${gateway.signer.token()}`
  for (const method of ['GET', 'HEAD']) {
    for (const body of [
      'Content-Length: 6\r\n\r\nPOISON',
      'Transfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n',
    ]) {
      const poison = `${method} /api/patients HTTP/1.1\r\nHost: w\r\n${bearer}\r\n${body}`
      t.strictSame(statuses(await exchange(gateway.port, poison)), [400])
      const victims = await Promise.all(
        Array.from({ length: 40 }, () => gateway.get('/api/patients', gateway.signer.bearer())),
      )
      t.ok(
        victims.every(({ status }) => status === 200),
        'every other request is answered',
      )
    }
  }
  t.ok(gateway.upstreams.patient.received.every(({ body }) => body === ''))
})

t.test('a Content-Type without a body is not passed on: logout must not fail for it', async (t) => {
  const gateway = await startGateway(t)
  const authorization = `Authorization: Bearer ${gateway.signer.token()}`
  for (const rest of [
    'Content-Type: application/json\r\n',
    'Content-Type: application/json\r\nContent-Length: 0\r\n',
    'Content-Type: application/x-www-form-urlencoded\r\nContent-Length: 0\r\n',
  ]) {
    for (const line of ['POST /api/auth/logout/', 'DELETE /api/patients/1']) {
      const request = `${line} HTTP/1.1\r\nHost: w\r\n${authorization}\r\n${rest}Connection: close\r\n\r\n`
      t.strictSame(statuses(await exchange(gateway.port, request)), [200], `${line} ${rest}`)
    }
  }
  for (const name of ['auth', 'patient'] as const) {
    for (const { headers, body } of gateway.upstreams[name].received) {
      t.equal(headers['content-type'], undefined)
      t.equal(headers['transfer-encoding'], undefined)
      t.equal(body, '')
    }
  }
})

t.test('a body is passed on as it came', async (t) => {
  const gateway = await startGateway(t)
  const bearer = gateway.signer.bearer()
  for (const method of ['POST', 'PUT', 'PATCH', 'DELETE']) {
    const answer = await fetch(`${gateway.url}/api/patients/1`, {
      method,
      headers: { ...bearer, 'content-type': 'application/merge-patch+json', 'if-match': '"1"' },
      body: '{ "b":1,  "a":"é" }',
    })
    t.equal(answer.status, 200, method)
    const { last } = gateway.upstreams.patient
    t.match(last, {
      method,
      body: '{ "b":1,  "a":"é" }',
      headers: {
        'content-type': 'application/merge-patch+json',
        'if-match': '"1"',
        'content-length': '20',
      },
    })
  }
  for (const method of ['POST', 'DELETE']) {
    const answer = await fetch(`${gateway.url}/api/patients/1`, { method, headers: bearer })
    t.equal(answer.status, 200, `${method} without a body`)
    t.match(gateway.upstreams.patient.last, { method, body: '' })
  }
})

t.test('the limit holds by length and by count', async (t) => {
  const gateway = await startGateway(t, { BODY_LIMIT: '1000' })
  const bearer = gateway.signer.bearer()
  const chunked = (size: number) =>
    fetch(`${gateway.url}/api/patients`, {
      method: 'POST',
      headers: { ...bearer, 'content-type': 'application/json' },
      body: new Blob(['x'.repeat(size)]).stream(),
      duplex: 'half',
    } as RequestInit)
  t.equal(
    (await gateway.post('/api/patients', 'x'.repeat(1000), bearer)).status,
    200,
    'at the limit',
  )
  t.equal((await chunked(1000)).status, 200, 'at the limit, chunked')
  t.equal(gateway.upstreams.patient.last.body.length, 1000)
  const received = gateway.upstreams.patient.received.length
  const over = await gateway.post('/api/patients', 'x'.repeat(1001), bearer)
  t.equal(over.status, 413, 'one byte over')
  t.match(await over.json(), { code: 'payload_too_large' })
  const overChunked = await chunked(1001)
  t.equal(overChunked.status, 413, 'one byte over, chunked')
  t.match(await overChunked.json(), { code: 'payload_too_large' })
  t.equal(gateway.upstreams.patient.received.length, received, 'no service saw a whole request')
  t.equal((await gateway.get('/api/patients', bearer)).status, 200)

  const file = 'x'.repeat(200_000)
  t.equal((await gateway.post('/api/patients/import', file, bearer)).status, 200, 'a file')
  t.equal(gateway.upstreams.patient.last.body.length, 200_000)
  for (const path of ['/api/patients/import/x', '/api/patients/imports', '/api/audit/import']) {
    t.equal((await gateway.post(path, file, bearer)).status, 413, path)
  }
  const tooLarge = 'x'.repeat(16_777_217)
  t.equal((await gateway.post('/api/patients/import', tooLarge, bearer)).status, 413)
})

t.test('a length that is not the body s length harms nobody', async (t) => {
  const gateway = await startGateway(t)
  const token = gateway.signer.token()
  const head = `POST /api/patients HTTP/1.1\r\nHost: w\r\nAuthorization: Bearer ${token}\r\nContent-Type: application/json\r\n`
  const longer = await exchange(
    gateway.port,
    `${head}Content-Length: 2\r\n\r\n{}EVIL /x HTTP/1.1\r\n\r\n`,
  )
  t.equal(statuses(longer).at(-1), 400, 'what is left over is no request')
  t.ok(gateway.upstreams.patient.received.every(({ url }) => url === '/api/patients'))
  const received = gateway.upstreams.patient.received.length
  await exchange(gateway.port, `${head}Content-Length: 10\r\n\r\n{}`)
  t.equal(gateway.upstreams.patient.received.length, received, 'half a body is no request')
  for (const bad of [
    'Content-Length: 2\r\nContent-Length: 3',
    'Content-Length: 2\r\nTransfer-Encoding: chunked',
    'Content-Length: -1',
    'Transfer-Encoding: identity',
    'Transfer-Encoding: chunked, identity',
  ]) {
    t.match(await exchange(gateway.port, `${head}${bad}\r\n\r\n{}`), /^HTTP\/1\.1 400/, bad)
  }
  t.equal((await gateway.get('/api/patients', gateway.signer.bearer())).status, 200)
})

t.test('a client that leaves in the middle of its body ends its request only', async (t) => {
  const gateway = await startGateway(t)
  const token = gateway.signer.token()
  for (const framing of [
    'Content-Length: 1000\r\n\r\nabc',
    'Transfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n',
  ]) {
    const socket = connect(gateway.port, '127.0.0.1')
    socket.write(
      `POST /api/patients HTTP/1.1\r\nHost: w\r\nAuthorization: Bearer ${token}\r\nContent-Type: a/b\r\n${framing}`,
    )
    await new Promise((resolve) => setTimeout(resolve, 50))
    socket.destroy()
  }
  const answers = await Promise.all(
    Array.from({ length: 40 }, () => gateway.post('/api/patients', {}, gateway.signer.bearer())),
  )
  t.ok(answers.every(({ status }) => status === 200))
})

t.test('bytes behind a request took the place of its answer', async (t) => {
  const gateway = await startGateway(t)
  const get = (...headers: string[]) =>
    [
      'GET /api/patients HTTP/1.1',
      'Host: w',
      `Authorization: Bearer ${gateway.signer.token()}`,
      ...headers,
      '',
      '',
    ].join('\r\n')
  t.strictSame(statuses(await exchange(gateway.port, `${get()}garbage\r\n\r\n`)), [200, 400])
  t.strictSame(
    statuses(await exchange(gateway.port, `${get()}${get()}garbage\r\n\r\n`)),
    [200, 200, 400],
  )
  const last = get('Connection: close')
  t.strictSame(statuses(await exchange(gateway.port, last + get())), [200], 'nothing after the end')
})

t.test('a request that says the same twice was read as the first or the last of it', async (t) => {
  const gateway = await startGateway(t)
  const bearer = `Authorization: Bearer ${gateway.signer.token()}`
  const post = (...headers: string[]) =>
    exchange(
      gateway.port,
      `POST /api/patients HTTP/1.1\r\nHost: w\r\n${bearer}\r\nContent-Type: a/b\r\nContent-Length: 2\r\n${headers.map((it) => `${it}\r\n`).join('')}Connection: close\r\n\r\n{}`,
    )
  t.strictSame(statuses(await post('Link: a', 'Link: b', 'Accept: c/d', 'accept: e/f')), [200])
  for (const header of [
    'Host: w',
    'host: evil.test',
    'AUTHORIZATION: x',
    bearer,
    'Content-type: c/d',
  ])
    t.match(await post(header), /^HTTP\/1\.1 400.*malformed_request/s, header)
})

t.test('HTTP of other versions was answered as 1.1', async (t) => {
  const gateway = await startGateway(t)
  const bearer = `Authorization: Bearer ${gateway.signer.token()}`
  for (const [version, status] of [
    ['HTTP/1.0', 200],
    ['HTTP/0.9', 400],
    ['HTTP/2.0', 400],
  ] as const) {
    const answer = await exchange(
      gateway.port,
      `GET /api/patients ${version}\r\nHost: w\r\n${bearer}\r\n\r\n`,
    )
    t.strictSame(statuses(answer), [status], version)
  }
})
