import type { Page } from '@wardstone/contracts'
import type { FastifyReply, FastifyRequest } from 'fastify'
import type { CursorCodec } from './cursor.ts'

/**
 * Makes a page of the rows of a repository that was asked for one more than `limit`: the row too
 * many says that there is a next page, whose cursor stands on the last row shown.
 */
export function toPage<Row>(
  rows: readonly Row[],
  limit: number,
  cursor: {
    codec: CursorCodec
    scope: readonly unknown[]
    position: (row: Row) => readonly unknown[]
  },
): Page<Row> {
  const results = rows.slice(0, limit)
  const last = results.at(-1)
  const more = rows.length > limit && last !== undefined
  return {
    results,
    next_cursor: more ? cursor.codec.encode(cursor.scope, cursor.position(last)) : null,
  }
}

/** Adds `Link: <…>; rel="next"` (RFC 8288) to a list's answer. Not for searches: their URL holds names. */
export function linkNext(request: FastifyRequest, reply: FastifyReply, page: Page<unknown>): void {
  if (page.next_cursor === null) return
  const url = new URL(request.raw.url ?? '/', 'http://gateway')
  url.searchParams.set('cursor', page.next_cursor)
  reply.header('link', `<${url.pathname}${url.search}>; rel="next"`)
}
