import { DEMO_PASSWORD } from '@wardstone/cluster'
import type { Call, Clock, Operation, Shown } from './history.ts'
import { foreignWords, type Place } from './hospitals.ts'

/** What is sent. */
export interface Ask {
  operation: Operation
  method: 'GET' | 'POST' | 'PATCH' | 'DELETE'
  path: string
  body?: object
  headers?: Record<string, string>
  /** Finds the record in the JSON of a 2xx. */
  // biome-ignore lint/suspicious/noExplicitAny: the answers of many routes
  shown?: (json: any) => Shown
}

interface ClientOptions {
  url: string
  place: Place
  username: string
  clock: Clock
  history: Call[]
  /** Has one sign in at a time: those who come with a crowd of passwords are sent away, which is no fault. */
  inTurn: <T>(work: () => Promise<T>) => Promise<T>
}

/** Longer than the gateway waits for a service. */
const PATIENCE_MS = 13_000

/** A person at a terminal; everything that is asked and answered goes into the history. */
export class Client {
  readonly place: Place
  readonly #options: ClientOptions
  #token = ''

  constructor(options: ClientOptions) {
    this.#options = options
    this.place = options.place
  }

  /** Signs in with the demo's password. */
  async signIn(): Promise<Call> {
    const body = { username: this.#options.username, password: DEMO_PASSWORD }
    const ask: Ask = { operation: 'sign in', method: 'POST', path: '/api/auth/login', body }
    const { call, json } = await this.#options.inTurn(() => this.#exchange(ask))
    if (call.status === 200) this.#token = json.access_token
    return call
  }

  /** Signs out; whoever has the token then is nobody any more. Returns it once that was answered. */
  async signOut(): Promise<string | undefined> {
    const { call } = await this.#exchange({
      operation: 'sign out',
      method: 'POST',
      path: '/api/auth/logout',
    })
    return call.status === 204 ? this.#token : undefined
  }

  /** Asks; somebody whose session has ended signs in again. */
  async ask(ask: Ask): Promise<Call> {
    const { call } = await this.#exchange(ask)
    if (call.status === 401) await this.signIn()
    return call
  }

  async #exchange(ask: Ask) {
    const { clock, history } = this.#options
    const { operation, shown } = ask
    const call: Call = {
      operation,
      hospital_id: this.place.id,
      from: clock(),
      until: 0,
      foreign: [],
    }
    // biome-ignore lint/suspicious/noExplicitAny: the answers of many routes
    let json: any
    try {
      const response = await this.#send(ask)
      const text = await response.text()
      if (response.headers.get('content-type')?.includes('json')) json = JSON.parse(text)
      Object.assign(call, this.#facts(response, text, json))
      if (response.ok && shown) call.shown = shown(json)
    } catch {
      // No answer, or half of one.
    }
    call.until = clock()
    history.push(call)
    return { call, json }
  }

  #send({ method, path, body, headers }: Ask): Promise<Response> {
    return fetch(new URL(path, this.#options.url), {
      method,
      signal: AbortSignal.timeout(PATIENCE_MS),
      headers: {
        ...(this.#token && { authorization: `Bearer ${this.#token}` }),
        ...(body && { 'content-type': 'application/json' }),
        ...headers,
      },
      ...(body && { body: JSON.stringify(body) }),
    })
  }

  #facts(response: Response, text: string, json: { code?: string } | undefined): Partial<Call> {
    const request_id = response.headers.get('x-request-id')
    const hospital = response.headers.get('x-hospital-id') ?? ''
    return {
      status: response.status,
      isReplay: response.headers.has('idempotency-replayed'),
      foreign: foreignWords(this.place, `${hospital} ${text}`),
      ...(request_id && { request_id }),
      ...(!response.ok && json?.code && { code: json.code }),
    }
  }
}
