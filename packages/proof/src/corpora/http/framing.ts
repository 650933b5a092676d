import {
  type Attacker,
  chunked,
  get,
  group,
  type HttpVector,
  lines,
  post,
  SEARCH_BODY,
  smuggled,
} from './vector.ts'

const LENGTH = `Content-Length: ${SEARCH_BODY.length}`
const CHUNKED = 'Transfer-Encoding: chunked'

/** Where a body ends: ways to have two opinions on it (llhttp, test/request/content-length.md and transfer-encoding.md). */
export function framing(attacker: Attacker): HttpVector[] {
  return [
    ...lengths(attacker),
    ...encodings(attacker),
    ...both(attacker),
    ...unexpected(attacker),
    ...halves(attacker),
  ]
}

function lengths(attacker: Attacker): HttpVector[] {
  const size = SEARCH_BODY.length
  const of = (...values: (string | number)[]) =>
    post(
      attacker,
      values.map((value) => `Content-Length: ${value}`),
    )
  const named = (name: string) => post(attacker, [`${name}: ${size}`])
  return [
    ...group('length', 'served', {
      right: of(size),
      'with zeros before': of(`000${size}`),
      'with white space around': of(`\t ${size} \t`),
      'in another case': named('conTENT-LENGTH'),
    }),
    ...group('length', 'refused', {
      'twice the same': of(size, size),
      'two of them': of(size, size + 1),
      'a list of the same': of(`${size}, ${size}`),
      'a list': of(`${size}, 0`),
      'a plus': of(`+${size}`),
      'a minus': of(`-${size}`),
      'in hex': of(`0x${size.toString(16)}`),
      'with a fraction': of(`${size}.0`),
      'with an exponent': of('1e1'),
      'with a space within': of('1 3'),
      'with a letter': of(`${size}a`),
      'with a NUL': of(`${size}\0`),
      'with a sign of another script': of('\xd9\xa1'),
      empty: of(''),
      'over 64 bits': of('18446744073709551629'),
      'far over 64 bits': of('1'.repeat(400)),
      'a space before the colon': named('Content-Length '),
      'a NUL in its name': named('Content-Length\0'),
      'a bare CR for the hyphen': named('Content\rLength'),
      folded: post(attacker, [`Content-Length:\r\n ${size}`, 'A: b\r\n c']),
    }),
  ]
}

function encodings(attacker: Attacker): HttpVector[] {
  const as = (value: string, body = chunked()) =>
    post(attacker, [`Transfer-Encoding:${value}`], body)
  const named = (name: string) => post(attacker, [`${name}: chunked`], chunked())
  return [
    ...group('encoding', 'served', {
      right: as(' chunked'),
      'in another case': as(' CHUNKed'),
      'with a tab before': as('\tchunked'),
    }),
    ...group('encoding', 'refused', {
      identity: as(' identity'),
      'of nothing known': as(' pigeons'),
      'chunked, then another': as(' chunked, deflate'),
      'chunked, then identity': as(' chunked, identity'),
      'chunked, then another in a second header': as(' chunked\r\nTransfer-Encoding: deflate'),
      chunkedchunked: as(' chunkedchunked'),
      xchunked: as(' xchunked'),
      'in quotes': as(' "chunked"'),
      'with a vertical tab': as(' \x0bchunked'),
      'with a NUL': as(' chunked\0'),
      'with a no-break space': as(' chunked\xa0'),
      'a space before the colon': named('Transfer-Encoding '),
      'a NUL in its name': named('Transfer-Encoding\0'),
      'with a parameter': as(' chunked;q=1'),
    }),
    ...group('encoding', 'either', {
      empty: as(''),
      'twice chunked': as(' chunked, chunked'),
      'another, then chunked': as(' deflate, chunked'),
      'another, then chunked in a second header': as(' deflate\r\nTransfer-Encoding: chunked'),
      'with white space behind': as(' chunked \t'),
      folded: as('\r\n chunked'),
      'an underscore in its name': named('Transfer_Encoding'),
    }),
  ]
}

/** A length and an encoding (CL.TE, TE.CL), the latter so that one of two readers does not see it (TE.TE). */
function both(attacker: Attacker): HttpVector[] {
  const hidden = smuggled(attacker)
  const prefixed = `0\r\n\r\n${hidden}`
  const long = `Content-Length: ${prefixed.length}`
  const pair = (encoding: string, length = long, body = prefixed) =>
    post(attacker, [length, encoding], body)
  const disguised = {
    plain: CHUNKED,
    'in another case': 'transfer-ENCODING: cHunKed',
    'a tab before': 'Transfer-Encoding:\tchunked',
    'a space before the colon': 'Transfer-Encoding : chunked',
    'a vertical tab': 'Transfer-Encoding: \x0bchunked',
    'a NUL': 'Transfer-Encoding: chunked\0',
    'in quotes': "Transfer-Encoding: 'chunked'",
    twice: `${CHUNKED}\r\nTransfer-Encoding: cow`,
    'twice, the other first': `Transfer-Encoding: cow\r\n${CHUNKED}`,
    'behind a bare LF': `A: b\n${CHUNKED}`,
    'behind a bare CR': `A: b\r${CHUNKED}`,
    'behind an empty name': `: b\r\n${CHUNKED}`,
    folded: 'Transfer-Encoding:\r\n chunked',
    'a bare LF behind the colon': 'Transfer-Encoding:\nchunked',
    identity: 'Transfer-Encoding: identity',
    empty: 'Transfer-Encoding:',
  }
  const clte = Object.entries(disguised).map(([what, it]) => [what, pair(it)])
  const tecl = `${hidden.length.toString(16)}\r\n${hidden}\r\n0\r\n\r\n`
  return [
    ...group('length and encoding', 'refused', {
      ...Object.fromEntries(clte),
      'the encoding first': post(attacker, [CHUNKED, long], prefixed),
      'the length of a chunk head': pair(CHUNKED, 'Content-Length: 4', tecl),
      'a length of nothing': pair(CHUNKED, 'Content-Length: 0', tecl),
    }),
    ...group('length and encoding', 'served', {
      'an underscore in its name': post(attacker, [LENGTH, 'Transfer_Encoding: chunked']),
      'a name of another kind': post(attacker, [
        LENGTH,
        'TE: chunked',
        'X-Transfer-Encoding: chunked',
      ]),
      'Content-Encoding chunked': post(attacker, [LENGTH, 'Content-Encoding: chunked']),
      'another request in the body': post(
        attacker,
        [`Content-Length: ${SEARCH_BODY.length + 3 + hidden.length}`],
        `${SEARCH_BODY.slice(0, -1)} ${' '.repeat(hidden.length)}  }`,
      ),
    }),
    ...group('length and encoding', 'refused', {
      'another request for a body': post(attacker, [`Content-Length: ${hidden.length}`], hidden),
      'another request for a chunk': post(attacker, [CHUNKED], chunked(hidden)),
      'another request behind the body': post(attacker, [LENGTH], `${SEARCH_BODY}x${hidden}`),
    }).map((vector) => ({ ...vector, expected: 'either' as const })),
  ]
}

/** Bodies where none belongs: who forwards the length but not the body spoils the next request. */
function unexpected(attacker: Attacker): HttpVector[] {
  const hidden = smuggled(attacker)
  const framed = [`Content-Length: ${hidden.length}`, 'Content-Type: application/json']
  const withMethod = (method: string, target: string, body = hidden, head = framed) =>
    lines(`${method} ${target} HTTP/1.1`, 'Host: w', attacker.bearer, ...head) + body
  const target = '/api/patients'
  return [
    ...group('body where none belongs', 'refused', {
      'a GET': get(attacker, ...framed) + hidden,
      'a GET, chunked': withMethod('GET', target, chunked(hidden), [CHUNKED]),
      'a GET, chunked, of nothing': withMethod('GET', target, '0\r\n\r\n', [CHUNKED]),
      'a HEAD': withMethod('HEAD', target),
      'a HEAD, chunked': withMethod('HEAD', target, chunked(hidden), [CHUNKED]),
      'a GET of what is not there': withMethod('GET', '/api/nothing'),
      'a GET of a malformed URL': withMethod('GET', '/api/%70atients'),
      'a TRACE': withMethod('TRACE', target),
      'a body that is not awaited': withMethod('PUT', '/api/patients'),
      'a DELETE': withMethod('DELETE', `${target}/${attacker.foreignUserId}`),
      'a DELETE, chunked': withMethod(
        'DELETE',
        `${target}/${attacker.foreignUserId}`,
        chunked(hidden),
        [CHUNKED],
      ),
      'a POST without a token':
        lines('POST /api/patients/search HTTP/1.1', 'Host: w', ...framed) + hidden,
      'a POST of what is no JSON': withMethod('POST', '/api/patients/search', hidden, [
        framed[0] ?? '',
        'Content-Type: text/plain',
      ]),
      'a POST over the limit': withMethod('POST', '/api/patients/search', 'x'.repeat(70_000), [
        'Content-Length: 70000',
        'Content-Type: application/json',
      ]),
      'a POST over the limit, chunked': withMethod(
        'POST',
        '/api/patients/search',
        chunked('x'.repeat(70_000)),
        [CHUNKED, 'Content-Type: application/json'],
      ),
    }),
    ...group('body where none belongs', 'served', {
      'a GET with a length of nothing': get(attacker, 'Content-Length: 0'),
    }),
    ...group('body where none belongs', 'either', {
      'an OPTIONS': withMethod('OPTIONS', target),
      'a QUERY': withMethod('QUERY', target),
    }),
  ]
}

/** Requests that end before they end. */
function halves(attacker: Attacker): HttpVector[] {
  const whole = post(attacker, [LENGTH])
  return group('half a request', 'either', {
    'a body a byte short': whole.slice(0, -1),
    'no body': post(attacker, [LENGTH], ''),
    'no last chunk': post(attacker, [CHUNKED], chunked().slice(0, -5)),
    'half a last chunk': post(attacker, [CHUNKED], chunked().slice(0, -1)),
    'half a chunk': post(attacker, [CHUNKED], 'd\r\n{"q"'),
    'half a chunk head': post(attacker, [CHUNKED], 'd'),
    'half a header': whole.slice(0, 60),
    'half a line': 'GET /api',
    'a length of 2 GB': post(attacker, ['Content-Length: 2147483648']),
    nothing: '',
    'only empty lines': '\r\n\r\n\r\n',
  }).map((vector) => ({ ...vector, half: true as const }))
}
