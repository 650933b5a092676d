import {
  type Attacker,
  chunked,
  group,
  type HttpVector,
  orSilent,
  post,
  SEARCH_BODY,
} from './vector.ts'

const CHUNKED = 'Transfer-Encoding: chunked'
const END = '0\r\n\r\n'
const HEX = SEARCH_BODY.length.toString(16)

/** What may and may not be said in chunks (RFC 9112 §7.1; llhttp, test/request/transfer-encoding.md). */
export function chunks(attacker: Attacker): HttpVector[] {
  const of = (body: string) => post(attacker, [CHUNKED], body)
  const head = (first: string) => of(`${first}\r\n${SEARCH_BODY}\r\n${END}`)
  const trailed = (...trailers: string[]) =>
    of([HEX, SEARCH_BODY, '0', ...trailers, '', ''].join('\r\n'))
  const split = [...SEARCH_BODY].map((sign) => `1\r\n${sign}\r\n`).join('')
  return [
    ...group('chunks', 'served', {
      one: of(chunked()),
      'many of one byte': of(split + END),
      'in capitals': head(HEX.toUpperCase()),
      'zeros before the size': head(`0000${HEX}`),
      'many zeros at the end': of(`${HEX}\r\n${SEARCH_BODY}\r\n0000\r\n\r\n`),
      'an extension': head(`${HEX};name=value`),
      'a quoted extension': head(`${HEX};name="a b"`),
      'extensions of each chunk': of(split.replaceAll('1\r\n', '1;a=b;c\r\n') + END),
      'a trailer of another hospital': trailed(`X-Hospital-Id: ${attacker.foreignHospitalId}`),
      'a trailer of another user': trailed(
        `X-User-Id: ${attacker.foreignUserId}`,
        'X-User-Role: admin',
      ),
      'a trailer of another token': trailed('Authorization: Bearer a.b.c'),
      'a trailer of another type': trailed('Content-Type: text/plain', 'Host: evil.test'),
    }),
    ...group('chunks', 'refused', {
      'a size that is none': head('x'),
      'no size': head(''),
      'a size in another notation': head(`0x${HEX}`),
      'a size with a minus': head(`-${HEX}`),
      'a size with a plus': head(`+${HEX}`),
      'a size with a space before': head(` ${HEX}`),
      'a size with a space behind': head(`${HEX} `),
      'a size with a tab': head(`${HEX}\t`),
      'a size with text behind': head(`${HEX} name`),
      'a size over 64 bits': head(`10000000000000000${HEX}`),
      'a size a byte short': head((SEARCH_BODY.length - 1).toString(16)),
      'a size with a NUL': head(`${HEX}\0`),
      'a bare LF behind the size': of(`${HEX}\n${SEARCH_BODY}\r\n${END}`),
      'a bare CR behind the size': of(`${HEX}\r${SEARCH_BODY}\r\n${END}`),
      'two CR behind the size': of(`${HEX}\r\r\n${SEARCH_BODY}\r\n${END}`),
      'nothing behind the data': of(`${HEX}\r\n${SEARCH_BODY}${END}`),
      'text behind the data': of(`${HEX}\r\n${SEARCH_BODY}xx${END}`),
      'a bare LF in an extension': head(`${HEX};a\nb`),
      'a NUL in an extension': head(`${HEX};a\0b`),
      'an extension of 20 kB': head(`${HEX};${'a'.repeat(20_000)}`),
      'an unbalanced quote': head(`${HEX};name="a b`),
      'a length as a trailer': trailed('Content-Length: 5'),
      'an encoding as a trailer': trailed(CHUNKED),
      'trailers of 9 kB': trailed(...Array.from({ length: 90 }, () => `A: ${'b'.repeat(100)}`)),
      'a trailer that is none': trailed('no colon'),
      'a folded trailer': trailed('A: b', ' c'),
    }),
    ...group('chunks', 'either', {
      'a size of 64 bits': head('ffffffffffffffff'),
      'an extension of 20 kB in all': of(
        split.replaceAll('1\r\n', `1;${'a'.repeat(1600)}\r\n`) + END,
      ),
    }).map(orSilent),
  ]
}
