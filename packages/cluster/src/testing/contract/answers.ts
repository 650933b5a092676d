import { Ajv, type AnySchema } from 'ajv'
import addFormats from 'ajv-formats'
import type { OpenApiDocument } from './document.ts'

/** What was answered. */
export interface Answer {
  statusCode: number
  body: string
  headers: Record<string, unknown>
}

/** Holds answers against an OpenAPI document, and remembers which of its statuses were seen. */
export class Answers {
  readonly #ajv = new Ajv({ strict: false, allErrors: true })
  readonly #document: OpenApiDocument
  readonly #seen = new Set<string>()

  constructor(document: OpenApiDocument, text: object) {
    this.#document = document
    addFormats.default(this.#ajv)
    this.#ajv.addSchema({ ...(closed(text) as object), $id: 'openapi' } as AnySchema)
  }

  /** What is wrong with `answer` by the document; nothing when it keeps its promise. */
  violations(method: string, url: string, answer: Answer): string[] {
    const operation = this.#document.operationOf(method, url)
    const where = `${method} ${url} ${answer.statusCode}`
    if (!operation) return [`${where}: is not documented`]
    const status = String(answer.statusCode)
    const response = operation.responses[status]
    if (!response) return [`${where}: the status is not documented`]
    this.#seen.add(`${operation.key} ${status}`)
    const missing = Object.keys(response.headers ?? {}).filter(
      (name) => answer.headers[name.toLowerCase()] === undefined,
    )
    if (missing.length > 0) return [`${where}: has no ${missing.join(', ')}`]
    if (!response.content) return answer.body === '' ? [] : [`${where}: a body is not documented`]
    const mediaType = String(answer.headers['content-type'] ?? '').split(';')[0] ?? ''
    if (!response.content[mediaType]) return [`${where}: ${mediaType} is not documented`]
    const place = ['paths', operation.path, method.toLowerCase(), 'responses', status, 'content']
    const $ref = `openapi#/${[...place, mediaType, 'schema'].map(pointerToken).join('/')}`
    const validate = this.#ajv.getSchema($ref)
    const isJson = /[/+]json$/.test(mediaType)
    const valid = validate?.(isJson ? JSON.parse(answer.body) : answer.body)
    return valid ? [] : [`${where}: ${this.#ajv.errorsText(validate?.errors)}`]
  }

  /** Documented statuses that no answer had: `GET /api/patients 403`. */
  unproduced(): string[] {
    return this.#document.operations
      .flatMap(({ key, responses }) => Object.keys(responses).map((status) => `${key} ${status}`))
      .filter((promise) => !this.#seen.has(promise))
  }
}

/** The document with every object closed that does not say that it is open: a field it does not name is wrong. */
function closed(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value
  if (Array.isArray(value)) return value.map(closed)
  const inner = Object.fromEntries(
    Object.entries(value).map(([name, each]) => [name, closed(each)]),
  )
  const isObject = inner.type === 'object' && inner.properties !== undefined
  return isObject ? { additionalProperties: false, ...inner } : inner
}

function pointerToken(name: string): string {
  return encodeURIComponent(name.replaceAll('~', '~0').replaceAll('/', '~1'))
}
