import { randomUUID } from 'node:crypto'
import { CallerRoleSchema, PERMISSIONS, type Permission } from '@wardstone/contracts'
import type { TestCaller } from '../identity.ts'
import type { JsonSchema, Operation } from './document.ts'
import type { Extent, Sampler } from './sampler.ts'

/** What a valid request of an operation needs beside what its schemas tell. */
export interface Example {
  params?: Record<string, string>
  query?: Record<string, unknown>
  /** Over the sample; a field that is undefined is left out. */
  body?: Record<string, unknown>
  /** Who may; else a holder of the permission. */
  caller?: TestCaller
}

/** A request made from a document, and what has to come of it. */
export interface ContractRequest {
  what: string
  /** undefined: no identity. */
  caller?: TestCaller
  url: string
  headers?: Record<string, string>
  payload?: object | string
  expected: 200 | 400 | 401 | 403 | 404 | 412 | 413 | 415 | 503
  /** The field that a 400 has to name. */
  field?: string
}

/** Over the limit of every body. */
const OVERSIZED = JSON.stringify({ text: 'x'.repeat(70_000) })
const NEVER_GIVEN = '"999999999"'
const JSON_TYPE = { 'content-type': 'application/json' }

/** Makes the requests that one operation's documented statuses follow from. */
export class OperationRequests {
  readonly #operation: Operation
  readonly #sampler: Sampler
  readonly #example: () => Promise<Example>
  readonly #caller: TestCaller

  constructor(
    operation: Operation,
    sampler: Sampler,
    example: () => Promise<Example>,
    caller: TestCaller,
  ) {
    this.#operation = operation
    this.#sampler = sampler
    this.#example = example
    this.#caller = caller
  }

  /** As a client sends it that keeps the contract. */
  async valid(extent: Extent): Promise<ContractRequest> {
    const { params = {}, query, body, caller } = await this.#example()
    const payload = this.#body(extent, body)
    return {
      what: `a ${extent} request`,
      caller: caller ?? this.#caller,
      url: this.#url(params, { ...this.#query(extent), ...query }),
      ...(payload !== undefined && { payload }),
      expected: 200,
    }
  }

  /** Everything that has to be refused. */
  async refused(): Promise<ContractRequest[]> {
    const valid = await this.valid('minimal')
    return [
      { ...withoutCaller(valid), what: 'no identity', expected: 401 },
      ...this.#forbidden(valid),
      ...this.#malformedUrls(valid),
      ...this.#preconditions(valid),
      ...(this.#operation.method === 'GET' ? [] : this.#malformedBodies(valid)),
    ]
  }

  #forbidden(valid: ContractRequest): ContractRequest[] {
    const { permission } = this.#operation
    if (!permission) return []
    const callers: TestCaller[] = rolesWithout(permission).map((role) => ({ role }))
    if (PERMISSIONS[permission].scope === 'hospital') {
      const { role } = this.#caller
      callers.push({ role, hospital_id: null, hospital_name: null })
    }
    return callers.map((caller) => ({
      ...valid,
      what: `as ${caller.role}${caller.hospital_id === null ? ' of no hospital' : ''}`,
      caller,
      expected: 403,
    }))
  }

  #malformedUrls(valid: ContractRequest): ContractRequest[] {
    const { params, query, path } = this.#operation
    const separator = valid.url.includes('?') ? '&' : '?'
    const withQuery = (name: string, value: string): ContractRequest => ({
      ...valid,
      what: `the query ${name}=${value}`,
      url: `${valid.url}${separator}${name}=${encodeURIComponent(value)}`,
      expected: 400,
      field: name,
    })
    const queries = Object.entries(query)
      .filter(([name]) => !valid.url.includes(`${name}=`))
      .map(([name, schema]) => withQuery(name, this.#sampler.refusedText(schema)))
    const ids = Object.keys(params).map((name) => ({
      ...valid,
      what: `a malformed ${name}`,
      url: path.replace(/\{[^}]+\}/g, 'not-an-id'),
      expected: 400 as const,
      field: name,
    }))
    return [withQuery('unknown_field', '1'), ...queries, ...ids]
  }

  /** An id that is nobody's, and a version that no record has. */
  #preconditions(valid: ContractRequest): ContractRequest[] {
    const { params, responses, path } = this.#operation
    const unknown = {
      ...valid,
      what: 'an unknown id',
      url: path.replace(/\{[^}]+\}/g, () => randomUUID()),
    }
    const stale = { ...valid, what: 'a stale If-Match', headers: { 'if-match': NEVER_GIVEN } }
    return [
      ...(responses[404] && Object.keys(params).length > 0
        ? [{ ...unknown, expected: 404 as const }]
        : []),
      ...(responses[412] ? [{ ...stale, expected: 412 as const }] : []),
    ]
  }

  #malformedBodies(valid: ContractRequest): ContractRequest[] {
    const send = (what: string, payload: string, expected: 400 | 413 | 415, type = JSON_TYPE) => ({
      ...valid,
      ...{ what, payload, expected, headers: type },
    })
    const { properties = {} } = this.#operation.body ?? {}
    const whole = (valid.payload ?? {}) as object
    const wrong = (name: string, value: unknown): ContractRequest => ({
      ...valid,
      what: `${name}: ${JSON.stringify(value)} in the body`,
      payload: { ...whole, [name]: value },
      expected: 400,
      field: name,
    })
    return [
      send('an oversized body', OVERSIZED, 413),
      send('a body of plain text', 'x', 415, { 'content-type': 'text/plain' }),
      send('a body that is no JSON', '{', 400),
      ...(this.#operation.body?.type === 'object' ? [wrong('unknown_field', 1)] : []),
      ...Object.entries(properties).map(([name, schema]) =>
        wrong(name, this.#sampler.refused(schema)),
      ),
    ]
  }

  #body(extent: Extent, given: Record<string, unknown> | undefined): object | undefined {
    const { body } = this.#operation
    const sample = body && this.#sampler.sample(body, extent)
    if (sample === undefined && given === undefined) return undefined
    return { ...(sample as object | undefined), ...given }
  }

  #query(extent: Extent): Record<string, unknown> {
    const { query, requiredQuery } = this.#operation
    const schema: JsonSchema = { type: 'object', properties: query, required: requiredQuery }
    return this.#sampler.sample(schema, extent) as Record<string, unknown>
  }

  #url(params: Record<string, string>, query: Record<string, unknown>): string {
    const { path, key } = this.#operation
    const pathname = path.replace(/\{([^}]+)\}/g, (_, name: string) => {
      const value = params[name]
      if (value === undefined) throw new Error(`${key}: an example has to give its {${name}}`)
      return value
    })
    const given = Object.entries(query).filter(([, value]) => value !== undefined)
    const search = new URLSearchParams(given.map(([name, value]) => [name, String(value)]))
    return search.size === 0 ? pathname : `${pathname}?${search}`
  }
}

function withoutCaller({ caller: _, ...request }: ContractRequest): ContractRequest {
  return request
}

function rolesWithout(permission: Permission): TestCaller['role'][] {
  const holders: readonly string[] = PERMISSIONS[permission].roles
  const roles = CallerRoleSchema.anyOf.map((each) => each.const)
  return roles.filter((role) => !holders.includes(role))
}
