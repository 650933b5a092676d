import {
  type Attacker,
  chunked,
  get,
  getTarget,
  group,
  type HttpVector,
  lines,
  post,
  SEARCH_BODY,
} from './vector.ts'

/** Several requests at once: nobody inherits anything from who came before on the connection. */
export function pipelines(attacker: Attacker): HttpVector[] {
  const one = get(attacker)
  const search = post(attacker, [`Content-Length: ${SEARCH_BODY.length}`])
  const inChunks = post(attacker, ['Transfer-Encoding: chunked'], chunked())
  const refused = lines('GET /api/patients HTTP/1.1', 'Host: w', 'Authorization: Bearer a.b.c')
  const anonymous = lines('GET /api/patients HTTP/1.1', 'Host: w')
  return [
    ...group('pipeline', 'served', {
      two: one,
      ten: one.repeat(9),
      'a body, then': search,
      'chunks, then': inChunks,
      'bodies of both kinds': (search + inChunks).repeat(3),
      'a HEAD, then': one.replace('GET', 'HEAD'),
      'an empty line between': `${search}\r\n`,
      'nobody in between': one + anonymous,
      'a refused one in between': one + refused + one,
      'what is not there in between': one + getTarget(attacker, '/api/nothing') + one,
      'a malformed URL in between': one + getTarget(attacker, '/api/%70atients') + one,
      'a public one in between': one + lines('GET /api/hospitals HTTP/1.1', 'Host: w') + one,
      'the end, then': get(attacker, 'Connection: close'),
    }),
    ...group('pipeline', 'refused', {
      'nobody first': anonymous,
      'a refused one first': refused,
      'nobody, with the stamps': lines(
        'GET /api/patients HTTP/1.1',
        'Host: w',
        `X-Hospital-Id: ${attacker.foreignHospitalId}`,
        `X-User-Id: ${attacker.foreignUserId}`,
        'X-User-Role: admin',
      ),
    }),
  ]
}
