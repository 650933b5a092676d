import { randomUUID } from 'node:crypto'
import { PERMISSIONS } from '@wardstone/contracts'
import { callerOf, type TestCaller } from '../identity.ts'
import { type Answer, Answers } from './answers.ts'
import { type Method, OpenApiDocument, type Operation } from './document.ts'
import { refusals } from './refusals.ts'
import { type ContractRequest, type Example, ValidRequests } from './requests.ts'
import { Sampler } from './sampler.ts'

/** As much of a service as its contract needs. */
interface Injectable {
  inject(request: {
    method: Method
    url: string
    headers: Record<string, string>
    payload?: object | string
  }): Promise<Answer>
}

/** What the generated requests need beside the document. */
export interface ContractWorld {
  /** The same service while its database cannot be reached. */
  away: Injectable
  /** Somebody who acts as `role` and is really there. */
  caller: (role: TestCaller['role']) => TestCaller
  /** By path or by operation (`PATCH /api/patients/{id}`), which goes over its path's; made anew for each request when a function. */
  examples?: Record<string, Example | (() => Example | Promise<Example>)>
}

/** In this order, so that what is read is not deleted before. */
const ORDER: Method[] = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE']

/**
 * A service held to its own OpenAPI document: every status that is documented has to be answered once, and every
 * answer has to be one that is documented. Most follow from the document itself (`generate`); for the others, such as
 * conflicts, a test asks through `as`.
 */
export class OpenApiContract {
  readonly #service: string
  readonly #app: Injectable
  readonly #document: OpenApiDocument
  readonly #answers: Answers
  readonly #violations: string[] = []

  constructor(service: string, app: Injectable & { swagger(): object }) {
    this.#service = service
    this.#document = new OpenApiDocument(app.swagger())
    this.#answers = new Answers(this.#document, app.swagger())
    this.#app = this.#held(app)
  }

  /** What was answered otherwise than documented or expected. */
  violations(): string[] {
    return [...new Set(this.#violations)]
  }

  /** Documented statuses that nothing was answered with. */
  unproduced(): string[] {
    return this.#answers.unproduced()
  }

  /** Somebody who calls by `inject`, all of whose answers are held against the document. */
  as(caller: TestCaller) {
    return callerOf(this.#app, this.#service, caller)
  }

  /** Sends what follows from the document: each operation's refusals first, then what it is for. */
  async generate(world: ContractWorld): Promise<void> {
    const sampler = new Sampler(this.#document)
    const inOrder = [...this.#document.operations].sort(
      (a, b) => ORDER.indexOf(a.method) - ORDER.indexOf(b.method),
    )
    const all = inOrder.map((operation) => {
      const example = () => exampleOf(operation, world)
      const caller = callerFor(operation, world)
      return { operation, valid: new ValidRequests(operation, { sampler, example, caller }) }
    })
    const away = this.#held(world.away)
    for (const { operation, valid } of all) {
      const request = await valid.make('minimal')
      await this.#expectEach(operation, refusals(operation, request, sampler))
      if (!operation.responses[503]) continue
      await this.#expect(operation, { ...request, what: 'without database', expected: 503 }, away)
    }
    for (const { operation, valid } of all) {
      await this.#expect(operation, await valid.make('minimal'))
      await this.#expect(operation, await valid.make('full'))
      await this.#expectEach(operation, await valid.known())
      await this.#expectEach(operation, await valid.repeated())
    }
  }

  async #expectEach(operation: Operation, requests: ContractRequest[]): Promise<void> {
    for (const request of requests) await this.#expect(operation, request)
  }

  async #expect(operation: Operation, request: ContractRequest, app = this.#app): Promise<void> {
    const { key, method } = operation
    const { what, expected, field, caller, url, headers = {}, payload } = request
    const options = { headers, ...(payload !== undefined && { payload }) }
    const answer = await (caller
      ? callerOf(app, this.#service, caller)[lower(method)](url, options)
      : app.inject({ method, url, ...options }))
    const { statusCode, body } = answer
    const isExpected =
      expected === 200 ? Math.floor(statusCode / 100) === 2 : statusCode === expected
    if (!isExpected) {
      this.#violations.push(`${key}, ${what}: ${statusCode} instead of ${expected} ${body}`)
    } else if (field !== undefined && !body.includes(`"pointer":"/${field}`)) {
      this.#violations.push(`${key}, ${what}: does not name /${field} ${body}`)
    }
  }

  /** `app`, each of whose answers is held against the document. */
  #held(app: Injectable): Injectable {
    return {
      inject: async (request) => {
        const answer = await app.inject(request)
        this.#violations.push(...this.#answers.violations(request.method, request.url, answer))
        return answer
      },
    }
  }
}

async function exampleOf({ key }: Operation, { examples = {} }: ContractWorld) {
  const made = async (name: string): Promise<Example> => {
    const example = examples[name] ?? {}
    return typeof example === 'function' ? example() : example
  }
  const [, path = ''] = key.split(' ')
  return { ...(await made(path)), ...(await made(key)) }
}

/** One and the same person for all requests of an operation. */
function callerFor({ permission }: Operation, world: ContractWorld): TestCaller {
  const [role = 'anonymous'] = permission ? PERMISSIONS[permission].roles : []
  return role === 'anonymous' ? { role } : { user_id: randomUUID(), ...world.caller(role) }
}

function lower(method: Method) {
  return method.toLowerCase() as Lowercase<Method>
}
