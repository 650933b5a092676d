import { type Attacker, get, group, type HttpVector, orSilent } from './vector.ts'

const STAMPS = ['x-hospital-id', 'x-user-id', 'x-user-role', 'x-request-id', 'authorization']
/** Signs of a header's name (RFC 9110 §5.6.2) that somebody may take for a hyphen. */
const LEGAL = [
  '_',
  '.',
  '',
  '--',
  '~',
  '!',
  '|',
  "'",
  '+',
  '*',
  '#',
  '%2d',
  '^',
  '`',
  '$',
  '&',
  ':',
]
/** Signs that no name has. */
const ILLEGAL = [
  ' ',
  '\t',
  '\0',
  '\x0b',
  '\x7f',
  '\xad',
  '\xe2\x80\x90',
  '/',
  '(',
  ';',
  '@',
  '"',
  '[',
  '\\',
  '=',
  '<',
  '\r',
  '{',
]

/** Headers that would take stamps away, or be taken for them (CVE-2026-33805, CVE-2025-64484, GHSA-x677-9fxg-v5c5). */
export function headerNames(attacker: Attacker): HttpVector[] {
  return [...named(attacker), ...aliases(attacker), ...own(attacker), ...hopByHop(attacker)]
}

function named(attacker: Attacker): HttpVector[] {
  const forms = (name: string): Record<string, string> => ({
    [name]: get(attacker, `Connection: ${name}`),
    [`${name} in capitals`]: get(attacker, `CONNECTION: ${name.toUpperCase()}`),
    [`${name} after keep-alive`]: get(attacker, `Connection: keep-alive,${name}`),
    [`${name} in a second header`]: get(attacker, 'Connection: keep-alive', `Connection: ${name}`),
    [`${name} among empty ones`]: get(attacker, `Connection: , ,\t${name} ,`),
  })
  const others = ['host', 'content-length', 'transfer-encoding', 'accept', 'connection', 'if-match']
  return [...STAMPS, ...others, STAMPS.join(', ')].flatMap((name) =>
    group('named in Connection', 'served', forms(name)),
  )
}

function aliases(attacker: Attacker): HttpVector[] {
  const { foreignHospitalId: hospital, foreignUserId: user } = attacker
  const forged = Object.entries({
    'X-Hospital-Id': hospital,
    'X-User-Id': user,
    'X-User-Role': 'platform_admin',
  })
  const spelled = (sign: string) =>
    Object.fromEntries(
      forged.map(([name, value]) => [
        `${name} with ${JSON.stringify(sign)}`,
        get(attacker, `${name.replaceAll('-', sign)}: ${value}`),
      ]),
    )
  const around = (before: string, behind: string) =>
    get(attacker, 'Accept: */*', `${before}X-Hospital-Id${behind}: ${hospital}`)
  return [
    ...LEGAL.flatMap((sign) => group('alias of a stamp', 'served', spelled(sign))),
    ...ILLEGAL.flatMap((sign) => group('no name of a header', 'refused', spelled(sign))),
    ...group('no name of a header', 'refused', {
      'a space behind': around('', ' '),
      'a tab behind': around('', '\t'),
      'a NUL behind': around('', '\0'),
      'a no-break space behind': around('', '\xa0'),
      'a NUL before': around('\0', ''),
      'a byte order mark before': around('\xef\xbb\xbf', ''),
      'no name': get(attacker, `: ${hospital}`),
      'no colon': get(attacker, `X-Hospital-Id ${hospital}`),
      'on the first line, folded': `GET /api/patients HTTP/1.1\r\n X-Hospital-Id: ${hospital}\r\n\r\n`,
      'behind a bare CR': get(attacker, `A: b\rX-Hospital-Id: ${hospital}`),
    }),
    ...group('alias of a stamp', 'either', {
      'folded into another': around(' ', ''),
      'folded into another by a tab': around('\t', ''),
      'behind a bare LF': get(attacker, `A: b\nX_Hospital_Id: ${hospital}`),
      'a proxy name': get(attacker, `Proxy-X-Hospital-Id: ${hospital}`),
      'another prefix': get(attacker, `HTTP_X_HOSPITAL_ID: ${hospital}`),
    }),
  ]
}

/** The stamps' own names. */
function own(attacker: Attacker): HttpVector[] {
  const { hospitalId: own, foreignHospitalId: foreign, foreignUserId: user } = attacker
  const hospital = (value: string) => get(attacker, `X-Hospital-Id: ${value}`)
  return [
    ...group('stamp by its name', 'refused', {
      'another hospital': hospital(foreign),
      'two hospitals': hospital(`${own}, ${foreign}`),
      'two hospitals, no comma': hospital(`${own} ${foreign}`),
      'two headers': get(attacker, `X-Hospital-Id: ${own}`, `x-hospital-id: ${foreign}`),
      'twice the own': get(attacker, `X-Hospital-Id: ${own}`, `X-Hospital-Id: ${own}`),
      'no hospital': hospital(''),
      'the own in capitals': hospital(own.toUpperCase()),
      'the own in braces': hospital(`{${own}}`),
      'the own and a NUL': hospital(`${own}\0`),
      'a star': hospital('*'),
      'the own and another, folded': hospital(`${own}\r\n ${foreign}`),
    }),
    ...group('stamp by its name', 'served', {
      'the own': hospital(own),
      'the own with white space around': hospital(` \t${own}\t `),
      'another user': get(attacker, `X-User-Id: ${user}`),
      'another user, three times': get(attacker, ...Array(3).fill(`X-User-Id: ${user}`)),
      'another role': get(attacker, 'X-User-Role: platform_admin'),
      'two roles': get(attacker, 'X-User-Role: nurse, admin', 'x-USER-role: system'),
      'another request': get(attacker, `X-Request-Id: ${user}`),
      'another address': get(attacker, 'X-Forwarded-For: 10.0.0.1', 'X-Real-Ip: 10.0.0.1'),
      'another host': get(attacker, 'X-Forwarded-Host: evil.test', 'Forwarded: host=evil.test'),
      'another URL': get(attacker, 'X-Original-Url: /internal/x', 'X-Rewrite-Url: /internal/x'),
      'another method': get(attacker, 'X-HTTP-Method-Override: DELETE', 'X-Method: DELETE'),
    }),
  ]
}

function hopByHop(attacker: Attacker): HttpVector[] {
  const upgrade = (to: string) => get(attacker, 'Connection: Upgrade', `Upgrade: ${to}`)
  return [
    ...group('hop by hop', 'served', {
      'Keep-Alive': get(attacker, 'Keep-Alive: timeout=0, max=0'),
      'Proxy-Connection': get(attacker, 'Proxy-Connection: keep-alive, x-hospital-id'),
      'Proxy-Authorization': get(attacker, 'Proxy-Authorization: Basic YTpi'),
      TE: get(attacker, 'TE: trailers, deflate;q=0.5'),
      Trailer: get(attacker, 'Trailer: x-hospital-id, authorization'),
      'Upgrade without Connection': get(attacker, 'Upgrade: websocket'),
    }),
    // Who asks for another protocol awaits the answer: what comes with it is dropped.
    ...group('hop by hop', 'served', {
      'Upgrade to WebSocket': upgrade('websocket'),
      'Upgrade to HTTP/2': upgrade('h2c'),
      'Upgrade to TLS': upgrade('TLS/1.0'),
    }).map(orSilent),
    ...group('hop by hop', 'either', {
      'Expect, a read': get(attacker, 'Expect: 100-continue'),
      'Expect of nothing known': get(attacker, 'Expect: the unexpected'),
      'Connection close and keep-alive': get(attacker, 'Connection: close, keep-alive'),
    }),
  ]
}
