/** Bytes that a client sends before somebody else's request comes on the same connection. */
export interface HttpVector {
  group: string
  what: string
  /** In Latin-1. */
  bytes: string
  /** What the first answer has to be: a 4xx, a 2xx, or any of them. */
  expected: 'refused' | 'served' | 'either'
  /** Nothing comes after: the bytes stay half a request. */
  half?: true
  /** Silence is an answer too: to it, or to what comes after. */
  orSilence?: true
}

/** Who sends them, and what they would like to be taken for. */
export interface Attacker {
  /** The header with their own good token. */
  bearer: string
  hospitalId: string
  foreignHospitalId: string
  foreignUserId: string
}

const CRLF = '\r\n'

/** A body that finds the attacker's own patient, wherever it is sent as it should. */
export const SEARCH_BODY = '{"q":"Adams"}'

/** What no service may ever be asked for: it stands in bodies only. */
export const SMUGGLED = '/api/patients/smuggled'

/** A request of these lines, with an empty line behind. */
export function lines(...given: readonly string[]): string {
  return [...given, '', ''].join(CRLF)
}

/** The attacker reads. */
export function get({ bearer }: Attacker, ...headers: readonly string[]): string {
  return lines('GET /api/patients HTTP/1.1', 'Host: w', bearer, ...headers)
}

/** The attacker reads `target`. */
export function getTarget({ bearer }: Attacker, target: string): string {
  return lines(`GET ${target} HTTP/1.1`, 'Host: w', bearer)
}

/** The attacker sends `body`, framed by `headers` or not. */
export function post({ bearer }: Attacker, headers: readonly string[], body = SEARCH_BODY): string {
  const type = 'Content-Type: application/json'
  const head = ['POST /api/patients/search HTTP/1.1', 'Host: w', bearer, type, ...headers]
  return lines(...head) + body
}

/** `body` as one chunk and the last. */
export function chunked(body = SEARCH_BODY): string {
  return `${body.length.toString(16)}${CRLF}${body}${CRLF}0${CRLF}${CRLF}`
}

/** A request for nothing, to be hidden in something. */
export function smuggled({ bearer }: Attacker): string {
  return lines(`GET ${SMUGGLED} HTTP/1.1`, 'Host: w', bearer)
}

/** Vectors of a group. */
export function group(
  name: string,
  expected: HttpVector['expected'],
  vectors: Readonly<Record<string, string>>,
): HttpVector[] {
  return Object.entries(vectors).map(([what, bytes]) => ({ group: name, what, bytes, expected }))
}

/** The same, when nobody need answer any more. */
export function orSilent(vector: HttpVector): HttpVector {
  return { ...vector, orSilence: true }
}
