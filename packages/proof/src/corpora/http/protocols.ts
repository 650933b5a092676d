import { type Attacker, get, group, type HttpVector, lines, post, SEARCH_BODY } from './vector.ts'

/** Other protocols, other lines, too much of everything, and headers that may be there once. */
export function protocols(attacker: Attacker): HttpVector[] {
  return [
    ...versions(attacker),
    ...lineEnds(attacker),
    ...methods(attacker),
    ...tooMuch(attacker),
    ...repeated(attacker),
  ]
}

function versions(attacker: Attacker): HttpVector[] {
  const as = (version: string) => lines(`GET /api/patients ${version}`, 'Host: w', attacker.bearer)
  const other = [
    'HTTP/1.2',
    'HTTP/11.1',
    'HTTP/1.10',
    'HTTP/1',
    'HTTP/1.',
    'HTTP/2',
    'HTTP/2.0',
    'HTTP/3.0',
    'HTTP/0.9',
    'HTTP/5.6',
    'HTTP/-1.1',
    'HTTP/1,1',
    'http/1.1',
    'HTTP 1.1',
    'ICE/1.0',
    'IHTTP/1.0',
    'SIP/2.0',
    'HTTPS/1.1',
    '\x48TTP/1.1\0',
  ]
  return [
    ...group('protocol', 'refused', Object.fromEntries(other.map((it) => [it, as(it)]))),
    ...group('protocol', 'refused', {
      'HTTP/0.9': 'GET /api/patients\r\n',
      'HTTP/0.9 and headers': lines('GET /api/patients', attacker.bearer),
      'the preface of HTTP/2': 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n',
      'the hello of TLS': '\x16\x03\x01\x00\xa5\x01\x00\x00\xa1\x03\x03\r\n\r\n',
      'the hello of SSH': 'SSH-2.0-OpenSSH_9.2\r\n\r\n',
      'the hello of SOCKS': '\x05\x01\x00\r\n\r\n',
      'the PROXY protocol': `PROXY TCP4 10.0.0.1 10.0.0.2 1 2\r\n${get(attacker)}`,
      'the PROXY protocol 2': `\r\n\r\n\0\r\nQUIT\n${get(attacker)}`,
      'only zeros': '\0'.repeat(100),
      'a query of PostgreSQL': '\0\0\0\x08\x04\xd2\x16\x2f\r\n\r\n',
      'no Host': lines('GET /api/patients HTTP/1.1', attacker.bearer),
    }),
    ...group('protocol', 'either', {
      'HTTP/1.0': lines('GET /api/patients HTTP/1.0', attacker.bearer),
      'HTTP/1.0, kept alive': lines(
        'GET /api/patients HTTP/1.0',
        'Connection: keep-alive',
        attacker.bearer,
      ),
      'HTTP/1.0, chunked': lines(
        'POST /api/patients/search HTTP/1.0',
        attacker.bearer,
        'Transfer-Encoding: chunked',
      ),
      RTSP: as('RTSP/1.0'),
      'an empty Host': lines('GET /api/patients HTTP/1.1', 'Host:', attacker.bearer),
      'a Host that is none': lines(
        'GET /api/patients HTTP/1.1',
        'Host: a b/c?d@e',
        attacker.bearer,
      ),
      'another Host': lines('GET /api/patients HTTP/1.1', 'Host: evil.test', attacker.bearer),
    }),
  ]
}

function lineEnds(attacker: Attacker): HttpVector[] {
  const whole = get(attacker)
  return [
    ...group('line ends', 'served', {
      'empty lines before': `\r\n\r\n${whole}`,
    }),
    ...group('line ends', 'refused', {
      'only LF': whole.replaceAll('\r\n', '\n'),
      'only CR': `${whole.replaceAll('\r\n', '\r')}\r\n\r\n`,
      'LF and CR': `${whole.replaceAll('\r\n', '\n\r')}\r\n\r\n`,
      'a bare LF behind the first line': whole.replace('\r\n', '\n'),
      'a bare LF behind a header': whole.replace('w\r\n', 'w\n'),
      'a bare CR in a value': get(attacker, 'A: b\rc'),
      'a NUL in a value': get(attacker, 'A: b\0c'),
      'a bell in a value': get(attacker, 'A: b\x07c'),
      'a space before the line': ` ${whole}`,
      'a NUL before the line': `\0${whole}`,
      'a byte order mark before the line': `\xef\xbb\xbf${whole}`,
      'two CR': whole.replace('\r\n', '\r\r\n'),
    }),
    ...group('line ends', 'either', {
      'a header folded': get(attacker, 'A: b\r\n c'),
      'the token folded': whole.replace('Bearer ', 'Bearer\r\n '),
      'a value in Latin-1': get(attacker, 'Accept: \xe9\xff'),
      'a value in UTF-8': get(attacker, 'If-Match: \xf0\x9f\x92\xa9'),
      'an Idempotency-Key in Latin-1': get(attacker, 'Idempotency-Key: \xe9\xff'),
      'a User-Agent in UTF-8': get(attacker, 'User-Agent: \xf0\x9f\x92\xa9'),
      'a User-Agent of quotes': get(attacker, `User-Agent: '"\\\${jndi:ldap://127.0.0.1:1/x}`),
    }),
  ]
}

function methods(attacker: Attacker): HttpVector[] {
  const as = (method: string) =>
    lines(`${method} /api/patients HTTP/1.1`, 'Host: w', attacker.bearer)
  const known = [
    'TRACE',
    'PROPFIND',
    'PROPPATCH',
    'MKCOL',
    'COPY',
    'MOVE',
    'LOCK',
    'UNLOCK',
    'SEARCH',
    'REPORT',
    'PURGE',
    'LINK',
    'UNLINK',
    'SOURCE',
    'M-SEARCH',
    'SUBSCRIBE',
    'MERGE',
    'QUERY',
    'ACL',
    'BIND',
    'PUT',
    'DELETE',
    'PATCH',
  ]
  const none = [
    'get',
    'Get',
    'GETT',
    'G',
    'G ET',
    'GE\0T',
    'GET,POST',
    'TRACK',
    'DEBUG',
    'ANNOUNCE',
    'MKCOLA',
    '*',
    '1',
    'G'.repeat(10_000),
    'GET/',
    '\xd0\x93ET',
  ]
  return group(
    'method',
    'refused',
    Object.fromEntries([...known, ...none].map((it) => [it.slice(0, 20), as(it)])),
  )
}

function tooMuch(attacker: Attacker): HttpVector[] {
  const many = (count: number, header = 'a: b') =>
    get(attacker, ...Array.from({ length: count }, () => header))
  const target = (path: string) => lines(`GET ${path} HTTP/1.1`, 'Host: w', attacker.bearer)
  return [
    ...group('too much', 'served', {
      '500 headers': many(500),
      'a header of 4 kB': get(attacker, `A: ${'b'.repeat(4000)}`),
      'a User-Agent of 4 kB': get(attacker, `User-Agent: ${'b'.repeat(4000)}`),
      'an Accept of 4 kB': get(attacker, `Accept: ${'b'.repeat(4000)}`),
    }),
    ...group('too much', 'refused', {
      '2,000 headers': many(2000),
      '20,000 headers': many(20_000),
      'a name of 10 kB': get(attacker, `${'a'.repeat(10_000)}: b`),
      'a value of 10 kB': get(attacker, `A: ${'b'.repeat(10_000)}`),
      'a value of 1 MB': get(attacker, `A: ${'b'.repeat(1_000_000)}`),
      'a Host of 10 kB': get(attacker, `Host: ${'b'.repeat(10_000)}`),
      'a cookie of 10 kB': get(attacker, `Cookie: ${'b'.repeat(10_000)}`),
      'a Connection of 1,000 names': get(attacker, `Connection: ${'x-hospital-id,'.repeat(1000)}`),
      'a path of 5 kB': target(`/api/patients/${'a'.repeat(5000)}`),
      'a path of 20 kB': target(`/api/patients/${'a'.repeat(20_000)}`),
      'a path of 1 MB': target(`/${'a/'.repeat(500_000)}`),
      'a path 2,000 deep': target(`/api/patients${'/a'.repeat(2000)}`),
      'a query of 5 kB': target(`/api/patients?${'a=b&'.repeat(1250)}`),
      'a query of 1,000 names': target(`/api/patients?${'a&'.repeat(1000)}`),
      'a version of 10 kB': lines(`GET /api/patients HTTP/1.${'1'.repeat(10_000)}`, 'Host: w'),
    }),
    ...group('too much', 'either', {
      'an If-Match of 1,000 tags': get(attacker, `If-Match: ${'"1",'.repeat(1000)}`),
      'an Idempotency-Key of 4 kB': post(attacker, [
        `Content-Length: ${SEARCH_BODY.length}`,
        `Idempotency-Key: ${'b'.repeat(4000)}`,
      ]),
    }),
  ]
}

function repeated(attacker: Attacker): HttpVector[] {
  const length = `Content-Length: ${SEARCH_BODY.length}`
  return group('header twice', 'refused', {
    Host: get(attacker, 'Host: evil.test'),
    'the same Host': get(attacker, 'Host: w'),
    Authorization: get(attacker, 'Authorization: Bearer a.b.c'),
    'the same Authorization': get(attacker, attacker.bearer),
    'Authorization of another scheme': get(attacker, 'authorization: Basic YTpi'),
    'the token second': lines(
      'GET /api/patients HTTP/1.1',
      'Host: w',
      'Authorization: Basic YTpi',
      attacker.bearer,
    ),
    'Content-Type': post(attacker, [length, 'Content-Type: text/plain']),
    'Content-Length': post(attacker, [length, 'Content-Length: 0']),
  })
}
