import t from 'tap'
import { isWellFormedUrl } from '../src/paths.ts'
import { exchange, startGateway } from './helper.ts'

t.test('which URLs are well formed', async (t) => {
  for (const url of [
    '/',
    '/a',
    '/a/',
    '/.well-known/jwks.json',
    '/a~b/c-d_e.f',
    '/a?b=%20&c=é'.replace('é', '%C3%A9'),
    '/a?x=/../y',
    '/a?',
  ]) {
    t.ok(isWellFormedUrl(url), url)
  }
  for (const url of [
    '',
    'a',
    '*',
    '//',
    '//a',
    '/a//b',
    '/a//',
    '/.',
    '/..',
    '/a/.',
    '/a/./b',
    '/a/../b',
    '/a/...',
    '/%61',
    '/a%2fb',
    '/a\\b',
    '/a;b',
    '/a b',
    '/a?b#c',
    '/a#b',
    '/é',
    '/a?é',
    '/a?b c',
    'http://h/a',
    `/${'a'.repeat(5000)}`,
  ]) {
    t.notOk(isWellFormedUrl(url), url)
  }
})

t.test('malformed URLs get our 400 with all headers', async (t) => {
  const gateway = await startGateway(t)
  const bearer = `Authorization: Bearer ${gateway.signer.token()}`
  for (const url of [
    '/%zz',
    '/api/%70atients/1',
    '//api/patients',
    '/api/patients/..%2f',
    '/api/patients/./1',
    '/api/patients/%00',
    '/api/patients/%252e%252e',
    '/api/patients//',
    'http://evil.test/api/patients',
    '/api/patients#x',
    '*',
  ]) {
    const answer = await exchange(
      gateway.port,
      `GET ${url} HTTP/1.1\r\nHost: w\r\n${bearer}\r\nConnection: close\r\n\r\n`,
    )
    t.match(answer, /^HTTP\/1\.1 400/, url)
    t.match(answer, /"code":"malformed_request"/, url)
    t.match(answer, /x-request-id: /i, url)
    t.match(answer, /x-content-type-options: nosniff/i, url)
  }
  t.equal(gateway.upstreams.patient.received.length, 0)
})

t.test('bytes that are no request get our 400 too', async (t) => {
  const gateway = await startGateway(t)
  for (const bytes of [
    '\x16\x03\x01\x02\x00\x01\x00\r\n\r\n',
    'GET\r\n\r\n',
    'FOO /api/patients HTTP/1.1\r\nHost: w\r\n\r\n',
    'GET / HTTP/9.9\r\n\r\n',
    'GET /api/patients HTTP/1.1\r\n\r\n',
    'GET / HTTP/1.1\r\nHost: w\r\nBad Header: x\r\n\r\n',
  ]) {
    const answer = await exchange(gateway.port, bytes)
    t.match(answer, /^HTTP\/1\.1 400/, JSON.stringify(bytes))
  }
  const large = await exchange(
    gateway.port,
    `GET / HTTP/1.1\r\nHost: w\r\nX: ${'x'.repeat(20_000)}\r\n\r\n`,
  )
  t.match(large, /^HTTP\/1\.1 431/)
  t.match(large, /"code":"headers_too_large"/)
})

t.test('one trailing slash is dropped, the query stays', async (t) => {
  const gateway = await startGateway(t)
  for (const [asked, sent] of [
    ['/api/patients/', '/api/patients'],
    ['/api/patients/?q=a/', '/api/patients?q=a/'],
    ['/api/patients/search/?q=a%20b&q=%C3%A9', '/api/patients/search?q=a%20b&q=%C3%A9'],
    ['/api/patients?', '/api/patients?'],
    ['/api/patients/1?a=b?c=d', '/api/patients/1?a=b?c=d'],
  ] as const) {
    const bearer = `Authorization: Bearer ${gateway.signer.token()}`
    const answer = await exchange(
      gateway.port,
      `GET ${asked} HTTP/1.1\r\nHost: w\r\n${bearer}\r\nConnection: close\r\n\r\n`,
    )
    t.match(answer, /^HTTP\/1\.1 200/, asked)
    t.equal(gateway.upstreams.patient.last.url, sent)
  }
})

t.test('of any path, either a 4xx or the very same path upstream', async (t) => {
  const gateway = await startGateway(t)
  const bearer = `Authorization: Bearer ${gateway.signer.token()}`
  const pieces = [
    '/',
    '//',
    '.',
    '..',
    '%2e',
    '%2f',
    '%5c',
    '\\',
    '%00',
    '%',
    ';',
    '~',
    '-',
    '_',
    'a',
    'B',
    '1',
    'patients',
    '?',
    '?a=',
    '&',
    '=',
    '%20',
    '#',
    '@',
    ':',
    '+',
    '\xe9',
    'x'.repeat(120),
  ]
  let forwarded = 0
  for (let round = 0; round < 1500; round += 1) {
    const length = 1 + Math.floor(Math.random() * 6)
    const tail = Array.from(
      { length },
      () => pieces[Math.floor(Math.random() * pieces.length)],
    ).join('')
    const url = `/api/patients${tail}`
    const before = gateway.upstreams.patient.received.length
    const request = `GET ${url} HTTP/1.1\r\nHost: w\r\n${bearer}\r\nConnection: close\r\n\r\n`
    const answer = await exchange(gateway.port, Buffer.from(request, 'latin1'))
    const status = Number(answer.slice(9, 12))
    if (gateway.upstreams.patient.received.length > before) {
      forwarded += 1
      const [path = '', ...query] = url.split('?')
      const sent = [path.replace(/\/$/, ''), ...query].join('?')
      if (gateway.upstreams.patient.last.url !== sent)
        t.fail(`${url} became ${gateway.upstreams.patient.last.url}`)
    } else if (status < 400 || status > 499) {
      t.fail(`${url} was answered ${status}`)
    }
  }
  t.ok(forwarded > 50, `${forwarded} were forwarded`)
})

t.test('what is no part of the API is 404, with and without a token', async (t) => {
  const gateway = await startGateway(t)
  for (const path of [
    '/',
    '/api',
    '/api/nothing',
    '/api/patient',
    '/api/patientsx',
    '/internal/revocations',
    '/metrics',
    '/malformed',
  ]) {
    for (const headers of [{}, gateway.signer.bearer()]) {
      const answer = await gateway.get(path, headers)
      t.equal(answer.status, 404, path)
      t.match(await answer.json(), { code: 'not_found' })
    }
  }
  t.equal((await gateway.post('/nothing', { a: 1 })).status, 404, 'a body changes nothing')
  t.equal((await gateway.get('/API/patients')).status, 404, 'case matters')
  const received = Object.values(gateway.upstreams).map((upstream) => upstream.received.length)
  t.strictSame(received, [0, 0, 0, 0, 0])
})

t.test(
  'a path of one service beneath another’s prefix goes to its own, and nothing else does',
  async (t) => {
    const gateway = await startGateway(t)
    const bearer = gateway.signer.bearer()
    const id = '00000000-0000-4000-8000-000000000001'
    const { audit, patient } = gateway.upstreams
    const sentTo = async (method: string, path: string) => {
      audit.received.length = 0
      patient.received.length = 0
      const { status } = await fetch(`${gateway.url}${path}`, { method, headers: bearer })
      return [status === 200, audit.received.length, patient.received.length]
    }
    for (const path of [
      `/api/patients/${id}/access-log`,
      '/api/patients/x/access-log/',
      `/api/patients/${id}/access-log/x`,
    ]) {
      for (const method of ['GET', 'POST', 'DELETE']) {
        t.same(await sentTo(method, path), [true, 1, 0], `${method} ${path}`)
      }
      t.match((await gateway.get(path)).status, 401, 'and nobody goes there without a token')
    }
    for (const path of [
      '/api/patients/access-log',
      `/api/patients/${id}/access-logs`,
      `/api/patients/${id}/Access-Log`,
      `/api/patients/${id}/x/access-log`,
      `/api/patients/${id}`,
    ]) {
      t.same(await sentTo('GET', path), [true, 0, 1], path)
    }
  },
)
