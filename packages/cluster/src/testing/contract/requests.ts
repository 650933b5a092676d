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
  /** 200: any 2xx. */
  expected: 200 | 304 | 400 | 401 | 403 | 404 | 409 | 412 | 413 | 415 | 503
  /** The field that a 400 has to name. */
  field?: string
}

interface RequestSource {
  sampler: Sampler
  /** Made anew for each request. */
  example: () => Promise<Example>
  caller: TestCaller
}

/** Makes requests of one operation as a client sends them that keeps the contract. */
export class ValidRequests {
  readonly #operation: Operation
  readonly #source: RequestSource

  constructor(operation: Operation, source: RequestSource) {
    this.#operation = operation
    this.#source = source
  }

  async make(extent: Extent): Promise<ContractRequest> {
    const { params = {}, query, body, caller } = await this.#source.example()
    const payload = this.#body(extent, body)
    return {
      what: `a ${extent} request`,
      caller: caller ?? this.#source.caller,
      url: this.#url(params, { ...this.#query(extent), ...query }),
      ...(payload !== undefined && { payload }),
      expected: 200,
    }
  }

  /** Where a key makes a request idempotent: the same twice, then another with its key. */
  async repeated(): Promise<ContractRequest[]> {
    if (!this.#operation.headers.includes('idempotency-key')) return []
    const headers = { 'idempotency-key': 'once' }
    const first = { ...(await this.make('minimal')), headers, what: 'a request with a key' }
    const other = { ...first, payload: (await this.make('full')).payload ?? {} }
    // A key of nobody's is good for one body: another is another request.
    const expected = this.#operation.permission ? 409 : 200
    return [
      first,
      { ...first, what: 'the same again' },
      { ...other, what: 'another with the same key', expected },
    ]
  }

  /** Where a tag can say that nothing changed: who has any answer of it already. */
  async known(): Promise<ContractRequest[]> {
    if (!this.#operation.responses[304]) return []
    const headers = { 'if-none-match': '*' }
    return [{ ...(await this.make('minimal')), headers, what: 'known already', expected: 304 }]
  }

  #body(extent: Extent, given: Record<string, unknown> | undefined): object | undefined {
    const { body } = this.#operation
    const sample = body && this.#source.sampler.sample(body, extent)
    if (sample === undefined && given === undefined) return undefined
    return { ...(sample as object | undefined), ...given }
  }

  #query(extent: Extent): Record<string, unknown> {
    const { query, requiredQuery } = this.#operation
    const schema: JsonSchema = { type: 'object', properties: query, required: requiredQuery }
    return this.#source.sampler.sample(schema, extent) as Record<string, unknown>
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
