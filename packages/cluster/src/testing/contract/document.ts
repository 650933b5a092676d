import type { Permission } from '@wardstone/contracts'

/** As much of a JSON schema as samples are made from. */
export interface JsonSchema {
  $ref?: string
  type?: string
  enum?: unknown[]
  default?: unknown
  anyOf?: JsonSchema[]
  properties?: Record<string, JsonSchema>
  required?: string[]
  minProperties?: number
  items?: JsonSchema
  minItems?: number
  minimum?: number
}

/** A response of an operation as the document has it. */
export interface DocumentedResponse {
  headers?: Record<string, unknown>
  content?: Record<string, { schema: JsonSchema }>
}

export type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'

/** What one method of one path promises. */
export interface Operation {
  /** `GET /api/patients/{id}`; never with a trailing slash, which every path may have. */
  key: string
  method: Method
  path: string
  permission?: Permission
  params: Record<string, JsonSchema>
  query: Record<string, JsonSchema>
  requiredQuery: string[]
  /** Names of the headers it reads. */
  headers: string[]
  body?: JsonSchema
  responses: Record<string, DocumentedResponse>
}

interface RawOperation {
  'x-permission'?: Permission
  parameters?: { name: string; in: string; required?: boolean; schema: JsonSchema }[]
  requestBody?: { content: Record<string, { schema: JsonSchema }> }
  responses: Record<string, DocumentedResponse>
}

/** An OpenAPI document as the operations in it. */
export class OpenApiDocument {
  readonly operations: Operation[]
  readonly #schemas: Record<string, JsonSchema>

  constructor(document: object) {
    const { paths = {}, components } = document as {
      paths?: Record<string, Record<string, RawOperation>>
      components?: { schemas?: Record<string, JsonSchema> }
    }
    this.#schemas = components?.schemas ?? {}
    this.operations = Object.entries(paths).flatMap(([path, methods]) =>
      Object.entries(methods).map(([method, raw]) => toOperation(method, path, raw)),
    )
  }

  /** The operation that answers `url`: of the paths that fit the most literal one, `/search` before `/{id}`. */
  operationOf(method: string, url: string): Operation | undefined {
    const [pathname = ''] = url.split('?')
    return this.operations
      .filter((operation) => operation.method === method && fits(operation.path, pathname))
      .sort((a, b) => a.path.split('{').length - b.path.split('{').length)[0]
  }

  /** `schema` itself, or the one it refers to. */
  resolve(schema: JsonSchema): JsonSchema {
    const name = schema.$ref?.split('/').at(-1)
    return (name !== undefined && this.#schemas[name]) || schema
  }
}

function toOperation(method: string, path: string, raw: RawOperation): Operation {
  const { parameters = [], requestBody, responses, 'x-permission': permission } = raw
  const schemasIn = (place: string) =>
    Object.fromEntries(
      parameters.filter((each) => each.in === place).map(({ name, schema }) => [name, schema]),
    )
  const body = Object.values(requestBody?.content ?? {})[0]?.schema
  return {
    key: `${method.toUpperCase()} ${path.replace(/\/$/, '')}`,
    method: method.toUpperCase() as Method,
    path,
    params: schemasIn('path'),
    query: schemasIn('query'),
    requiredQuery: parameters
      .filter((each) => each.in === 'query' && each.required)
      .map(({ name }) => name),
    headers: Object.keys(schemasIn('header')),
    responses,
    ...(permission && { permission }),
    ...(body && { body }),
  }
}

function fits(path: string, pathname: string): boolean {
  const pattern = path.replace(/\/$/, '').replace(/\{[^}]+\}/g, '[^/]+')
  return new RegExp(`^${pattern}/?$`).test(pathname)
}
