import { PROBLEM_MEDIA_TYPE } from '@wardstone/contracts'
import type { FastifyContextConfig, FastifySchema } from 'fastify'
import { isConditional } from './conditional-gets.ts'

/** As much of a route as tells which problems it can answer with. */
interface DocumentedRoute {
  method: string | string[]
  config?: FastifyContextConfig
  schema: FastifySchema
}

const DESCRIPTIONS: Record<number, string> = {
  400: 'The request is not well formed, or names a field that is not there',
  401: 'No or no valid identity',
  403: 'The caller may not do this, or names another hospital',
  404: 'Not there, or another hospital’s',
  409: 'In conflict with what is there',
  412: '`If-Match` or `version` is not that of the record',
  413: 'The body is too large',
  415: 'The body is not JSON',
  429: 'Too many attempts',
  503: 'Not available now; try again',
}
const HEADERS: Record<number, object> = {
  401: { 'WWW-Authenticate': { type: 'string' } },
  429: { 'Retry-After': { type: 'string', description: 'seconds' } },
  503: { 'Retry-After': { type: 'string', description: 'seconds' } },
}

const VERSION = 'the version, for `If-Match` and `If-None-Match`'
const HASH = 'for `If-None-Match`'
const tag = (description: string) => ({ ETag: { type: 'string', description } })
const NOT_MODIFIED = {
  type: 'null',
  description: 'As it was when the tag of `If-None-Match` was given; no body',
  headers: tag('the tag that is still right'),
}

/** The responses of a route in its OpenAPI document: what it declares, and exactly the problems it can answer with. */
export function documentedResponses(route: DocumentedRoute): object {
  const conditional = answersNotModified(route)
  const declared = Object.entries(route.schema.response as Record<string, object>)
  const problems = problemsOf(route).map((status) => [status, problemResponse(status)])
  return {
    ...Object.fromEntries(declared.map((each) => withTag(each, conditional))),
    ...(conditional && { 304: NOT_MODIFIED }),
    ...Object.fromEntries(problems),
  }
}

/** True when it answers 304 to who has its answer already: with JSON, and not what is streamed. */
export function answersNotModified(route: DocumentedRoute): boolean {
  const { 200: answer } = route.schema.response as { 200?: { content?: object } }
  return isConditional(route) && answer !== undefined && answer.content === undefined
}

function problemsOf({ method, config = {} }: DocumentedRoute): number[] {
  const { permission, fromMemory, problems = [] } = config
  return [
    ...[400, 401],
    ...(permission ? [403] : []),
    ...(method === 'GET' ? [] : [413, 415]),
    ...(fromMemory ? [] : [503]),
    ...problems,
  ]
}

function problemResponse(status: number): object {
  return {
    description: DESCRIPTIONS[status],
    content: { [PROBLEM_MEDIA_TYPE]: { schema: { $ref: 'Problem#' } } },
    ...(HEADERS[status] && { headers: HEADERS[status] }),
  }
}

/** Single resources carry their version, other answers to a GET their hash. */
function withTag([status, schema]: [string, object], conditional: boolean): [string, object] {
  const { properties = {} } = schema as { properties?: object }
  if ('version' in properties) return [status, { ...schema, headers: tag(VERSION) }]
  return [status, conditional && status === '200' ? { ...schema, headers: tag(HASH) } : schema]
}
