import type { onRequestHookHandler } from 'fastify'
import { malformedRequest } from './errors.ts'

const VERSIONS = new Set(['1.0', '1.1'])
/** Headers whose first value is believed here and whose last may be believed elsewhere. */
const SINGULAR = new Set(['host', 'authorization', 'content-type'])
const SINGULAR_LENGTHS = new Set([...SINGULAR].map((name) => name.length))

/** Refuses requests that another reader may understand otherwise: of other versions, or with a header twice that is there once. */
export const refuseAmbiguous: onRequestHookHandler = ({ raw }, _reply, done) => {
  done(VERSIONS.has(raw.httpVersion) && !repeats(raw.rawHeaders) ? undefined : malformedRequest())
}

function repeats(rawHeaders: readonly string[]): boolean {
  const seen = new Set<string>()
  for (let index = 0; index < rawHeaders.length; index += 2) {
    const name = rawHeaders[index] ?? ''
    if (!SINGULAR_LENGTHS.has(name.length)) continue
    const lower = name.toLowerCase()
    if (seen.has(lower)) return true
    if (SINGULAR.has(lower)) seen.add(lower)
  }
  return false
}
