import { once } from 'node:events'
import { connect } from 'node:net'
import t from 'tap'
import { eventually, startGateway } from './helper.ts'

const MEGABYTE = 1024 * 1024

t.test('a long answer comes through whole, by length and in chunks', async (t) => {
  const gateway = await startGateway(t)
  const body = Buffer.alloc(5 * MEGABYTE, 'abcdefghij')
  for (const length of [{ 'content-length': String(body.length) }, {}]) {
    gateway.upstreams.patient.answers.set('/api/patients/export', (_request, raw) => {
      raw.writeHead(200, { 'content-type': 'text/csv', ...length }).end(body)
      return undefined
    })
    const answer = await gateway.get('/api/patients/export', gateway.signer.bearer())
    t.equal(answer.headers.get('content-type'), 'text/csv')
    t.equal(answer.headers.get('content-length'), length['content-length'] ?? null)
    t.ok(body.equals(Buffer.from(await answer.arrayBuffer())))
  }
})

t.test('answers at and over the size that is passed on whole', async (t) => {
  const gateway = await startGateway(t)
  for (const size of [0, 1, 65_536, 262_144, 262_145]) {
    gateway.upstreams.patient.answers.set('/api/patients', (_request, raw) => {
      raw.writeHead(200, { 'content-length': String(size) }).end('x'.repeat(size))
      return undefined
    })
    const answer = await gateway.get('/api/patients', gateway.signer.bearer())
    t.equal((await answer.text()).length, size)
  }
})

t.test('answers without a body', async (t) => {
  const gateway = await startGateway(t)
  for (const status of [204, 304, 200]) {
    gateway.upstreams.patient.answers.set('/api/patients', (_request, raw) => {
      raw
        .writeHead(status, { etag: '"7"', ...(status === 200 && { 'content-length': '17' }) })
        .end()
      return undefined
    })
    const method = status === 200 ? 'HEAD' : 'GET'
    const answer = await fetch(`${gateway.url}/api/patients`, {
      method,
      headers: gateway.signer.bearer(),
    })
    t.equal(answer.status, status)
    t.equal(answer.headers.get('etag'), '"7"')
    t.equal(answer.headers.get('content-length'), status === 200 ? '17' : null)
    t.equal(await answer.text(), '')
  }
})

t.test('an interim answer is not the answer', async (t) => {
  const gateway = await startGateway(t)
  gateway.upstreams.patient.answers.set('/api/patients', (_request, raw) => {
    raw.writeEarlyHints({ link: '</x>; rel=preload' })
    raw.writeHead(201, { location: '/api/patients/1', 'content-length': '2' }).end('{}')
    return undefined
  })
  const answer = await gateway.post('/api/patients', {}, gateway.signer.bearer())
  t.equal(answer.status, 201)
  t.equal(answer.headers.get('location'), '/api/patients/1')
  t.strictSame(await answer.json(), {})
})

t.test('a client that reads slowly slows the service down, not our memory', async (t) => {
  const gateway = await startGateway(t)
  let written = 0
  gateway.upstreams.patient.answers.set('/api/patients/export', (_request, raw) => {
    raw.writeHead(200)
    const write = () => {
      while (written < 200 * MEGABYTE) {
        written += MEGABYTE
        if (!raw.write(Buffer.alloc(MEGABYTE))) return raw.once('drain', write)
      }
      return raw.end()
    }
    write()
    return undefined
  })
  const socket = connect(gateway.port, '127.0.0.1')
  socket.write(
    `GET /api/patients/export HTTP/1.1\r\nHost: w\r\nAuthorization: Bearer ${gateway.signer.token()}\r\n\r\n`,
  )
  await once(socket, 'readable')
  await new Promise((resolve) => setTimeout(resolve, 500))
  t.ok(written < 60 * MEGABYTE, `${written / MEGABYTE} MB were written to nobody`)
  socket.destroy()
})

t.test('a client that leaves ends its request at the service', async (t) => {
  const gateway = await startGateway(t)
  const { answers } = gateway.upstreams.patient
  let arrived = 0
  let closed = 0
  answers.set('/api/patients', (_request, raw) => {
    arrived += 1
    raw.once('close', () => {
      closed += 1
    })
    return undefined
  })
  answers.set('/api/patients/export', (_request, raw) => {
    arrived += 1
    raw.writeHead(200).write('x')
    raw.once('close', () => {
      closed += 1
    })
    return undefined
  })
  for (const [index, path] of ['/api/patients', '/api/patients/export'].entries()) {
    const leaving = new AbortController()
    const asking = fetch(`${gateway.url}${path}`, {
      headers: gateway.signer.bearer(),
      signal: leaving.signal,
    }).catch(() => 'left')
    await eventually(() => arrived === index + 1)
    await new Promise((resolve) => setTimeout(resolve, 50))
    leaving.abort()
    await asking
    await eventually(() => closed === index + 1)
  }
  t.equal((await gateway.get('/api/patients/1', gateway.signer.bearer())).status, 200)
})
