import { Ajv, type AnySchema } from 'ajv'
import addFormats from 'ajv-formats'

interface Operation {
  responses: Record<string, { content?: Record<string, { schema: AnySchema }> }>
}

/** The part of an OpenAPI document that answers are held against. */
interface OpenApiDocument {
  paths?: Record<string, Record<string, Operation>>
  components?: object
}

interface Answer {
  statusCode: number
  body: string
  headers: Record<string, unknown>
}

/** Holds real answers of a service against its own OpenAPI document. */
export class OpenApiContract {
  readonly #ajv = new Ajv({ strict: false, allErrors: true })
  readonly #document: OpenApiDocument
  readonly #asked = new Set<string>()

  constructor(document: object) {
    this.#document = document
    addFormats.default(this.#ajv)
    this.#ajv.addSchema({ ...document, $id: 'openapi' } as AnySchema)
  }

  /** What is wrong with `answer` by the document; nothing when it keeps its promise. */
  violations(method: string, url: string, answer: Answer): string[] {
    const where = `${method} ${url} ${answer.statusCode}`
    const path = this.#pathOf(url)
    const operation = path && this.#document.paths?.[path]?.[method.toLowerCase()]
    if (!operation) return [`${where}: is not documented`]
    this.#asked.add(`${method.toUpperCase()} ${path}`)
    const status = String(answer.statusCode)
    const response = operation.responses[status] ?? operation.responses[`${status[0]}XX`]
    if (!response) return [`${where}: the status is not documented`]
    const mediaType = String(answer.headers['content-type'] ?? '').split(';')[0] ?? ''
    if (!response.content) return answer.body === '' ? [] : [`${where}: a body is not documented`]
    const schema = response.content[mediaType]?.schema
    if (!schema) return [`${where}: ${mediaType} is not documented`]
    const valid = this.#ajv.validate(absolute(schema), JSON.parse(answer.body))
    return valid ? [] : [`${where}: ${this.#ajv.errorsText()}`]
  }

  /** Documented operations that no answer was shown of. */
  unasked(): string[] {
    return Object.entries(this.#document.paths ?? {})
      .flatMap(([path, operations]) =>
        Object.keys(operations).map((m) => `${m.toUpperCase()} ${path}`),
      )
      .filter((operation) => !this.#asked.has(operation))
  }

  /** The most literal path that fits: `/search` before `/{id}`. */
  #pathOf(url: string): string | undefined {
    const [pathname = ''] = url.split('?')
    return Object.keys(this.#document.paths ?? {})
      .filter((path) =>
        new RegExp(`^${path.replace(/\/$/, '').replace(/\{[^}]+\}/g, '[^/]+')}/?$`).test(pathname),
      )
      .sort((a, b) => a.split('{').length - b.split('{').length)[0]
  }
}

/** References of the document, from outside of it. */
function absolute(schema: AnySchema): AnySchema {
  return JSON.parse(JSON.stringify(schema).replaceAll('"#/', '"openapi#/'))
}
