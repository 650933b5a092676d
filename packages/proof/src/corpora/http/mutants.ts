import { type Attacker, chunked, get, type HttpVector, post, SEARCH_BODY } from './vector.ts'

const PIECES = [
  '\r',
  '\n',
  '\r\n',
  ' ',
  '\t',
  '\0',
  ':',
  ';',
  ',',
  '0',
  '\r\n ',
  '\xff',
  '\x0b',
  '%',
  '/',
  '?',
  'Transfer-Encoding: chunked\r\n',
  'Content-Length: 0\r\n',
  'HTTP/1.1',
  '\r\n\r\n',
]

/** Good requests with some bytes taken out, put in or written twice; what they are is not known beforehand. */
export function mutants(attacker: Attacker, count: number, random: () => number): HttpVector[] {
  const good = [
    get(attacker),
    post(attacker, [`Content-Length: ${SEARCH_BODY.length}`]),
    post(attacker, ['Transfer-Encoding: chunked'], chunked()),
  ]
  const below = (limit: number) => Math.floor(random() * limit)
  const change = (bytes: string) => {
    const at = below(bytes.length)
    const end = at + 1 + below(3)
    const piece = [PIECES[below(PIECES.length)], '', bytes.slice(at, end).repeat(2)][below(3)]
    return bytes.slice(0, at) + piece + bytes.slice(random() < 0.5 ? at : end)
  }
  return Array.from({ length: count }, (_, index) => {
    let bytes = good[index % good.length] ?? ''
    for (let times = 1 + below(3); times > 0; times -= 1) bytes = change(bytes)
    return {
      group: 'mutant',
      what: JSON.stringify(bytes.replace(attacker.bearer, '…')),
      bytes,
      expected: 'either',
      orSilence: true,
    }
  })
}
