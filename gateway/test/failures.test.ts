import { createServer, type Socket } from 'node:net'
import type { TestScope } from '@wardstone/cluster/testing'
import t from 'tap'
import { exchange, startGateway } from './helper.ts'

/** Something that takes connections and treats what it is sent as `behave` likes. */
async function strangeService(t: TestScope, behave: (socket: Socket, count: () => void) => void) {
  let requests = 0
  const sockets = new Set<Socket>()
  const server = createServer((socket) => {
    sockets.add(socket)
    socket.on('error', () => {})
    socket.on('data', (chunk) => {
      if (/^[A-Z]+ \/api\//.test(chunk.toString())) behave(socket, () => (requests += 1))
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  t.teardown(() => {
    for (const socket of sockets) socket.destroy()
    server.close()
  })
  const { port } = server.address() as { port: number }
  return { url: `http://127.0.0.1:${port}`, requests: () => requests }
}

const FAILURES: [name: string, status: number, code: string, behave: (socket: Socket) => void][] = [
  ['resets the connection', 502, 'bad_gateway', (socket) => socket.resetAndDestroy()],
  ['hangs up', 502, 'bad_gateway', (socket) => socket.end()],
  ['sends garbage', 502, 'bad_gateway', (socket) => socket.end('SSH-2.0-OpenSSH_9.2\r\n')],
  [
    'sends a status that is none',
    502,
    'bad_gateway',
    (socket) => socket.end('HTTP/1.1 999999 X\r\n\r\n'),
  ],
  ['says nothing', 504, 'gateway_timeout', () => {}],
]

for (const [name, status, code, behave] of FAILURES) {
  t.test(`a service that ${name}`, async (t) => {
    const strange = await strangeService(t, (socket, count) => {
      count()
      behave(socket)
    })
    const gateway = await startGateway(t, { AUDIT_URL: strange.url, UPSTREAM_TIMEOUT_MS: '500' })
    for (const method of ['GET', 'POST', 'PATCH', 'DELETE']) {
      const before = strange.requests()
      const answer = await fetch(`${gateway.url}/api/audit/events`, {
        method,
        headers: gateway.signer.bearer(),
      })
      t.equal(answer.status, status, method)
      t.equal(strange.requests() - before, 1, `${method} was sent once`)
      const body = await answer.text()
      t.match(JSON.parse(body), { code, status, request_id: answer.headers.get('x-request-id') })
      t.notMatch(body, /127\.0\.0\.1|localhost|ECONN|UND_|:\d{4,5}/, 'nothing of the inside')
    }
  })
}

t.test('a service that is not there', async (t) => {
  const gateway = await startGateway(t, { AUDIT_URL: 'http://127.0.0.1:1' })
  for (const method of ['GET', 'POST']) {
    const answer = await fetch(`${gateway.url}/api/audit/events`, {
      method,
      headers: gateway.signer.bearer(),
    })
    t.equal(answer.status, 503)
    t.equal(answer.headers.get('retry-after'), '1')
    const body = await answer.text()
    t.match(JSON.parse(body), { code: 'unavailable' })
    t.notMatch(body, /127\.0\.0\.1/)
  }
})

t.test('a 503 of a service is passed on, once, and not tried again', async (t) => {
  const gateway = await startGateway(t)
  gateway.upstreams.patient.answers.set('/api/patients', (_request, raw) => {
    raw
      .writeHead(503, { 'content-type': 'application/problem+json', 'retry-after': '7' })
      .end('{"code":"busy"}')
    return undefined
  })
  const answer = await gateway.get('/api/patients', gateway.signer.bearer())
  t.equal(answer.status, 503)
  t.equal(answer.headers.get('retry-after'), '7')
  t.match(await answer.json(), { code: 'busy' })
  t.equal(gateway.upstreams.patient.received.length, 1)
})

t.test('a short answer that breaks off is none at all', async (t) => {
  const strange = await strangeService(t, (socket) => {
    socket.write('HTTP/1.1 200 OK\r\nETag: "1"\r\nContent-Length: 100\r\n\r\nhalf')
    setTimeout(() => socket.destroy(), 50)
  })
  const gateway = await startGateway(t, { AUDIT_URL: strange.url })
  const answer = await gateway.get('/api/audit/events', gateway.signer.bearer())
  t.equal(answer.status, 502)
  t.equal(answer.headers.get('etag'), null)
  t.match(await answer.json(), { code: 'bad_gateway' })
})

t.test('a long answer that breaks off breaks off for the client too', async (t) => {
  for (const head of ['Content-Length: 1000000', 'Transfer-Encoding: chunked']) {
    const strange = await strangeService(t, (socket) => {
      socket.write(`HTTP/1.1 200 OK\r\n${head}\r\n\r\n4\r\nhalf\r\n`)
      setTimeout(() => socket.destroy(), 50)
    })
    const gateway = await startGateway(t, { AUDIT_URL: strange.url })
    const answer = await gateway.get('/api/audit/events', gateway.signer.bearer())
    t.equal(answer.status, 200)
    await t.rejects(answer.text(), head)
    t.equal((await gateway.get('/api/patients', gateway.signer.bearer())).status, 200)
  }
})

t.test('headers that are about one connection are never an error of ours', async (t) => {
  const gateway = await startGateway(t)
  const bearer = `Authorization: Bearer ${gateway.signer.token()}`
  for (const header of [
    'Expect: 100-continue',
    'Expect: something',
    'Keep-Alive: x',
    'Keep-Alive: timeout=5',
    'Upgrade: x',
    'Upgrade: websocket\r\nConnection: Upgrade',
    'Upgrade: h2c\r\nConnection: Upgrade, HTTP2-Settings\r\nHTTP2-Settings: x',
    'TE: trailers',
    'Trailer: X-Sum',
    'Proxy-Connection: keep-alive',
    'Proxy-Authorization: Basic x',
    'Connection: close, content-type',
    'Accept: \xe9',
    'User-Agent: \xff',
  ]) {
    for (const rest of ['GET', 'POST']) {
      const body =
        rest === 'POST' ? 'Content-Type: application/json\r\nContent-Length: 2\r\n\r\n{}' : '\r\n'
      const bytes = `${rest} /api/patients HTTP/1.1\r\nHost: w\r\n${bearer}\r\n${header}\r\n${body}`
      const answer = await exchange(gateway.port, Buffer.from(bytes, 'latin1'), { quiet: 150 })
      const last = [...answer.matchAll(/HTTP\/1\.1 (\d{3})/g)].at(-1)?.[1]
      t.ok(Number(last) >= 200 && Number(last) < 500, `${rest} with ${header}: ${last}`)
    }
  }
})

t.test('an upgrade is an ordinary request: it needs a token', async (t) => {
  const gateway = await startGateway(t)
  const upgrade =
    'Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n'
  const answer = await exchange(
    gateway.port,
    `GET /api/patients HTTP/1.1\r\nHost: w\r\n${upgrade}\r\n`,
  )
  t.match(answer, /^HTTP\/1\.1 401/)
})

t.test('closing leaves no connection to a service', async (t) => {
  const gateway = await startGateway(t)
  await Promise.all(
    Array.from({ length: 20 }, () => gateway.get('/api/patients', gateway.signer.bearer())),
  )
  t.ok((await gateway.upstreams.patient.connections()) > 0)
  gateway.app.server.closeAllConnections()
  await gateway.app.close()
  await new Promise((resolve) => setTimeout(resolve, 100))
  t.equal(await gateway.upstreams.patient.connections(), 0)
})
