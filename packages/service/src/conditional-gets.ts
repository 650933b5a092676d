import { hash } from 'node:crypto'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'

declare module 'fastify' {
  interface FastifyContextConfig {
    /** Always answered in full: its `version` does not tell of all it shows, so no tag can say that nothing changed. */
    alwaysWhole?: true
  }
}

/** The header as the OpenAPI documents it on every GET that can answer 304. */
export const IF_NONE_MATCH_HEADER = {
  type: 'object',
  properties: {
    'if-none-match': {
      type: 'string',
      description:
        'tags of what the same sign-in was answered before: 304 without a body when one of them is still right',
    },
  },
}

/** True when a route answers 304 to who has its answer already: as {@link conditionalGets} does. */
export function isConditional({ method, config = {} }: Conditional): boolean {
  const { operational, alwaysWhole } = config
  return (method === 'GET' || method === 'HEAD') && !operational && !alwaysWhole
}

interface Conditional {
  method: string | string[]
  config?: { operational?: true; alwaysWhole?: true }
}

/**
 * Gives each answer to a GET a tag, its version or else the hash of its bytes, and answers 304 when
 * `If-None-Match` has it (RFC 9110 §13.1.2). By then the route has done all it does, its audit included:
 * what is saved is the way to the client.
 */
export function conditionalGets(app: FastifyInstance): void {
  app.addHook('onSend', (request, reply, payload, done) => {
    if (!canBeKnown(request, reply) || !isWhole(payload)) return done(null, payload)
    const tag = tagOf(reply, payload)
    reply.header('etag', tag)
    if (!isNamed(tag, request.headers['if-none-match'])) return done(null, payload)
    reply.code(304).removeHeader('content-type')
    // Fastify itself takes the body from an answer to HEAD, after it has told its length.
    done(null, request.method === 'HEAD' ? payload : null)
  })
}

function canBeKnown({ method, routeOptions }: FastifyRequest, { statusCode }: FastifyReply) {
  return statusCode === 200 && isConditional({ method, config: routeOptions.config })
}

/** Not a stream, whose bytes are not known before they are sent. */
function isWhole(payload: unknown): payload is string | Buffer {
  return typeof payload === 'string' || payload instanceof Buffer
}

function tagOf(reply: FastifyReply, payload: string | Buffer): string {
  const version = reply.getHeader('etag')
  return typeof version === 'string' ? version : `"${hash('sha256', payload, 'base64url')}"`
}

/** Weak comparison: our tags are strong, and a proxy that repacked an answer may have made them weak. */
function isNamed(tag: string, header: string | undefined): boolean {
  if (header === undefined) return false
  if (header.trim() === '*') return true
  return header.split(',').some((each) => each.trim().replace(/^W\//, '') === tag)
}
