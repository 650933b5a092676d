import type { GeneratedRequest } from '../generate/requests.ts'
import { filled } from '../generate/slots.ts'
import type { FilledRequest } from './filled-request.ts'
import type { Memory } from './memory.ts'

/** What the slots of a request are filled from. */
export interface Memories {
  own: Memory
  foreign: Memory
}

/** `request` with its slots filled. */
export function fill(request: GeneratedRequest, memories: Memories): FilledRequest {
  const path = filled(request.path, (wanted) => slotValue(wanted, memories, ''))
  const text = (slotted: string) => filled(slotted, (wanted) => slotValue(wanted, memories, path))
  const query = Object.entries(request.query).flatMap(([key, value]) =>
    [value]
      .flat()
      .filter((each) => each !== undefined)
      .map((each) => [key, text(wordOf(each))] as const),
  )
  const headers = Object.entries(request.headers).map(([key, value]) => [key, text(value)])
  return {
    ...request,
    path,
    query,
    headers: Object.fromEntries(headers),
    body: request.body === undefined ? undefined : text(jsonOf(request.body)),
  }
}

/** The request that goes on where `list` ended. */
export function nextPage(list: FilledRequest, cursor: string): FilledRequest {
  const isInQuery = list.operation.parameters.some(({ name }) => name === 'cursor')
  const body = { ...JSON.parse(list.body ?? '{}'), cursor }
  return isInQuery
    ? { ...list, query: [...list.query.filter(([name]) => name !== 'cursor'), ['cursor', cursor]] }
    : { ...list, body: JSON.stringify(body) }
}

/** Path and query of a request. */
export function urlOf({ path, query }: FilledRequest): string {
  const search = new URLSearchParams(query.map(([key, value]) => [key, value.toWellFormed()]))
  return query.length === 0 ? path : `${path}?${search}`
}

function wordOf(value: unknown): string {
  return typeof value === 'object' ? JSON.stringify(value) : String(value)
}

function jsonOf(body: unknown): string {
  return typeof body === 'string' ? body : JSON.stringify(body)
}

function slotValue(
  { kind, of, index }: { kind: string; of: string; index: number },
  { own, foreign }: Memories,
  path: string,
): string {
  switch (kind) {
    case 'id':
      return own.id(of, index)
    case 'foreign-id':
      return foreign.id('', index)
    case 'word':
      return own.word(of, index)
    case 'cursor':
      return own.list(index)?.cursor ?? 'none-was-seen'
    case 'foreign-cursor':
      return foreign.privateList(index)?.cursor ?? 'none-was-seen'
    case 'version':
      return String(own.version(path))
    default:
      throw new Error(`There is no slot ${kind}.`)
  }
}
