import type { FastifyInstance } from 'fastify'
import { problem } from './problem.ts'

/** A body is JSON, or a JSON merge patch (RFC 7396), in UTF-8 (RFC 8259 §8.1): no other type, no replaced bytes. */
export function jsonBodies(app: FastifyInstance): void {
  const parse = app.getDefaultJsonParser('error', 'error')
  const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })
  app.removeAllContentTypeParsers()
  app.addContentTypeParser(
    ['application/json', 'application/merge-patch+json'],
    { parseAs: 'buffer' },
    (request, body, done) => {
      try {
        // It answers through `done`; the promise its type speaks of is for parsers of the other kind.
        void parse(request, utf8.decode(body as Buffer), done)
      } catch {
        done(problem(400, 'malformed_request', 'The body is not UTF-8'))
      }
    },
  )
}
