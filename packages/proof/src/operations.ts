import type { World } from '@wardstone/cluster/testing'
import { PERMISSIONS, type Permission, type ServiceName } from '@wardstone/contracts'
import { ask, jsonOf } from './ask.ts'

/** As much of a JSON schema as the services' documents use. */
export interface Schema {
  type?: string
  enum?: readonly unknown[]
  const?: unknown
  default?: unknown
  anyOf?: readonly Schema[]
  properties?: Readonly<Record<string, Schema>>
  required?: readonly string[]
  minProperties?: number
  items?: Schema
  minItems?: number
  maxItems?: number
  minLength?: number
  maxLength?: number
  pattern?: string
  format?: string
  minimum?: number
  maximum?: number
  $ref?: string
}

/** True when a field has to be said: of what is not, the services take the default, required or not. */
export function isNeeded(required: boolean, schema: Schema | undefined): boolean {
  return required && schema?.default === undefined
}

const PLACES = ['path', 'query', 'header'] as const

/** A parameter of an operation. */
export interface Parameter {
  name: string
  in: (typeof PLACES)[number]
  required: boolean
  schema: Schema
}

/** One operation of a service, as the service's own OpenAPI says it. */
export interface Operation {
  /** `GET /api/patients/{id}`: without a trailing slash. */
  name: string
  method: string
  path: string
  service: ServiceName
  /** What a caller must hold; undefined: anybody may call. */
  permission: Permission | undefined
  parameters: readonly Parameter[]
  body: Schema | undefined
  /** The statuses it is documented to answer with. */
  statuses: readonly string[]
}

/** The names of the parameters of `operation` in one place. */
export function namesIn({ parameters }: Operation, place: Parameter['in']): string[] {
  return parameters.filter((each) => each.in === place).map(({ name }) => name)
}

/** An OpenAPI document of a service. */
export interface ServiceDocument {
  paths: Record<string, Record<string, Described>>
  components?: object
}

interface Described {
  'x-permission'?: string
  parameters?: readonly (Omit<Parameter, 'in'> & { in: string })[]
  requestBody?: { content: Record<string, { schema: Schema }> }
  responses: Record<string, object>
}

/** The OpenAPI document that a running service serves. */
export async function documentOf(world: World, service: ServiceName): Promise<ServiceDocument> {
  return jsonOf(await ask(`${world.services[service].url}/openapi.json`))
}

/**
 * The operations that `document` of `service` tells of, without references.
 * @throws for one that this reader does not understand: nothing is left out in silence
 */
export function operationsOf(service: ServiceName, document: ServiceDocument): Operation[] {
  return Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([verb, described]) => {
      const method = verb.toUpperCase()
      const plainPath = path.replace(/\/$/, '')
      const name = `${method} ${plainPath}`
      const body = bodyOf(name, described)
      return {
        name,
        method,
        path: plainPath,
        service,
        permission: permissionOf(name, described),
        parameters: parametersOf(name, described, document),
        body: body && plain(document, body),
        statuses: Object.keys(described.responses),
      }
    }),
  )
}

function permissionOf(name: string, { 'x-permission': permission }: Described) {
  if (permission !== undefined && !Object.hasOwn(PERMISSIONS, permission))
    throw new Error(`${name} asks for ${permission}, which is no permission of the table.`)
  return permission as Permission | undefined
}

function bodyOf(name: string, { requestBody }: Described): Schema | undefined {
  if (!requestBody) return undefined
  const types = Object.keys(requestBody.content)
  const json = requestBody.content['application/json']
  if (!json || types.length !== 1)
    throw new Error(`${name} takes ${types.join(', ')}: operations.ts reads JSON bodies only.`)
  return json.schema
}

function parametersOf(name: string, { parameters = [] }: Described, document: ServiceDocument) {
  return parameters.map((each): Parameter => {
    const place = PLACES.find((known) => known === each.in)
    if (!place)
      throw new Error(`${name} has a parameter in ${each.in}: operations.ts knows no such place.`)
    return { ...each, in: place, schema: plain(document, each.schema) }
  })
}

/** `schema` with what its references stand for in their places. */
function plain<Part>(document: ServiceDocument, schema: Part): Part {
  if (Array.isArray(schema)) return schema.map((each) => plain(document, each)) as Part
  if (typeof schema !== 'object' || schema === null) return schema
  const { $ref } = schema as { $ref?: unknown }
  if (typeof $ref === 'string') return plain(document, lookUp(document, $ref) as Part)
  const entries = Object.entries(schema).map(([key, value]) => [key, plain(document, value)])
  return Object.fromEntries(entries) as Part
}

function lookUp(document: ServiceDocument, reference: string): unknown {
  const found = reference
    .replace('#/', '')
    .split('/')
    .reduce<unknown>((part, key) => (part as Record<string, unknown> | undefined)?.[key], document)
  if (found === undefined) throw new Error(`The OpenAPI has no ${reference}.`)
  return found
}
