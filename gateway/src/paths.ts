import type { IncomingMessage } from 'node:http'
import type { FastifyInstance } from 'fastify'
import { malformedUrl } from './errors.ts'

/** Where malformed URLs are routed to be refused, with all hooks, by a name no service has. */
const MALFORMED = '/malformed-url'

/** The API reference's page asks for its parts relative to itself, so its slash matters. */
const DOCS = '/docs/'

const MAX_LENGTH = 4096

/**
 * Segments of unreserved characters: no escape, no empty or dot segment, so that the URL a service
 * sees, the URL that is signed and the URL that was routed are one string. The query is visible ASCII.
 */
const WELL_FORMED = /^(?=\/)(?:\/(?!\.\.|\.(?:\/|\?|$))[\w.~-]+)*\/?(?:\?[!"$-~]*)?$/

/** True for a URL that may be routed. */
export function isWellFormedUrl(url: string): boolean {
  return url.length <= MAX_LENGTH && WELL_FORMED.test(url)
}

/** The URL to route: `url` without one trailing slash of its path; malformed ones go where they are refused. */
export function routedUrl({ url = '' }: IncomingMessage): string {
  if (!isWellFormedUrl(url)) return MALFORMED
  const query = url.indexOf('?')
  const end = query === -1 ? url.length : query
  if (end < 2 || url[end - 1] !== '/' || url.startsWith(DOCS)) return url
  return url.slice(0, end - 1) + url.slice(end)
}

/** Answers what `routedUrl` sent here. */
export function malformedUrlRoute(app: FastifyInstance): void {
  app.all(MALFORMED, { exposeHeadRoute: false }, () => {
    throw malformedUrl()
  })
}
