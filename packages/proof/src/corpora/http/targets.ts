import { type Attacker, getTarget, group, type HttpVector, lines, orSilent } from './vector.ts'

/** Targets that are read in two ways, beside those of the gateway's own tests. */
export function targets(attacker: Attacker): HttpVector[] {
  const { foreignHospitalId: foreign, foreignUserId: user } = attacker
  const each = (given: readonly string[]) =>
    Object.fromEntries(given.map((target) => [target.slice(0, 60), getTarget(attacker, target)]))
  return [
    ...group(
      'target',
      'served',
      each([
        '/api/patients/',
        '/api/patients?',
        '/api/patients?limit=1',
        '/api/patients/?limit=1',
        '/api/patients/stats',
      ]),
    ),
    ...group(
      'target',
      'refused',
      each([
        ...dots(),
        ...forms(),
        `/api/patients?hospital_id=${foreign}`,
        `/api/patients?hospital_id[]=${foreign}`,
        `/api/patients?x-hospital-id=${foreign}`,
        `/api/hospitals/${foreign}`,
        `/api/users/${user}`,
        '/api/patients?limit=1&limit=100',
        '/api/patients?limit[]=1',
        '/api/patients?__proto__[limit]=1',
        '/api/patients?constructor.prototype.limit=1',
        '/api/patients?cursor=%00',
        '/api/patients?limit=1%0d%0aX-Hospital-Id:%20x',
        '/api/patients?limit=%zz',
        '/api/patients?%',
        '/api/patients?limit=%F0%9F',
        '/API/PATIENTS',
        '/api/Patients',
        '/api/patientſ',
      ]),
    ),
    ...group('target', 'refused', {
      'a tab for the space': lines('GET\t/api/patients\tHTTP/1.1', 'Host: w', attacker.bearer),
      'a bare LF within': lines('GET /api/patients\n HTTP/1.1', 'Host: w', attacker.bearer),
      'a bare CR within': lines('GET /api/pa\rtients HTTP/1.1', 'Host: w', attacker.bearer),
      'a second line': lines('GET /api/patients HTTP/1.1 HTTP/1.1', 'Host: w', attacker.bearer),
      nothing: lines('GET  HTTP/1.1', 'Host: w', attacker.bearer),
    }),
    ...group('target', 'either', {
      'CONNECT to a host': lines(
        'CONNECT evil.test:443 HTTP/1.1',
        'Host: evil.test:443',
        attacker.bearer,
      ),
      'CONNECT to a path': lines('CONNECT /api/patients HTTP/1.1', 'Host: w', attacker.bearer),
    }).map(orSilent),
    ...group('target', 'either', {
      'two spaces': lines('GET  /api/patients HTTP/1.1', 'Host: w', attacker.bearer),
      'a space behind': lines('GET /api/patients  HTTP/1.1', 'Host: w', attacker.bearer),
      'OPTIONS of everything': lines('OPTIONS * HTTP/1.1', 'Host: w', attacker.bearer),
      'OPTIONS of a path': lines('OPTIONS /api/patients HTTP/1.1', 'Host: w', attacker.bearer),
    }),
  ]
}

/** Ways up, and around. */
function dots(): string[] {
  const up = [
    '..',
    '%2e%2e',
    '.%2e',
    '%2e.',
    '%252e%252e',
    '%c0%ae%c0%ae',
    '%u002e%u002e',
    '..;',
    '..%00',
    '..\\',
    '\uff0e\uff0e',
    '...',
    '.',
  ]
  const slashes = ['%2f', '%5c', '%252f', '\\', '//', '%c0%af', '/./', '/%20/', '/;/', '\t/']
  return [
    ...up.map((each) => `/api/patients/${each}/hospitals`),
    ...up.map((each) => `/api/patients/${each}`),
    ...slashes.map((each) => `/api/patients${each}stats`),
    '/../api/patients',
    '/internal/../api/patients',
    '/api/patients/../../internal/revocations',
    '/internal/revocations',
    '/internal/suspensions',
    '/api/patients/stats/..',
    '/api/patients/stats;x=y',
    '/api/patients/stats%20',
    '/api/patients/stats%00',
    '/api/patients/stats%0d%0aX:y',
    '/api/patients/stats#x',
    '/api/patients#',
    '/%61pi/patients',
    '/api/patients/%73tats',
    '/api/patients//',
    '/api//patients',
    '/api/patients/.json',
    '/api/patients/\0',
    '/api/patients/\x7f',
    '/api/patients/\xe9',
    '/api/patients/<script>',
    "/api/patients/'or'1'='1",
    '/api/patients/|id',
    '/api/patients/$(id)',
    '/api/patients/{id}',
    '/api/patients/:id',
    '/api/patients/*',
  ]
}

/** Targets that are no path (RFC 9112 §3.2). */
function forms(): string[] {
  return [
    'http://w/api/patients',
    'http://evil.test/api/patients',
    'http://w:80/api/patients',
    'http://a:b@w/api/patients',
    'http:/api/patients',
    'http:///api/patients',
    'https://w/api/patients',
    'file:///api/patients',
    'ftp://w/api/patients',
    'w:80',
    'w/api/patients',
    '//w/api/patients',
    '/\\w/api/patients',
    '*',
    '?',
    '#',
    'api/patients',
    './api/patients',
    '/http://w/api/patients',
    '@evil.test/api/patients',
    'http://hypnotoad.org?hail=all',
    '/with_"lovely"_quotes',
    '/api/patients?query=|',
  ]
}
