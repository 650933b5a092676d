import type { FastifyReply, FastifyRequest } from 'fastify'

/** No record has it, so that a tag we never gave matches nothing. */
const NEVER = 0

/**
 * The version that a change is meant for: of `If-Match` (RFC 9110 §13.1.1), else of the body's
 * `version`. Undefined when the caller asks for none, or for any with `*`.
 */
export function expectedVersion(request: FastifyRequest): number | undefined {
  const header = request.headers['if-match']
  if (header === undefined)
    return (request.body as { version?: number } | null | undefined)?.version
  if (header.trim() === '*') return undefined
  const tag = /^"(\d{1,9})"$/.exec(header.trim())
  return tag ? Number(tag[1]) : NEVER
}

/** Sends a single resource with its `ETag: "<version>"`. */
export function sendVersioned<T extends { version: number }>(reply: FastifyReply, resource: T): T {
  reply.header('etag', `"${resource.version}"`)
  return resource
}
