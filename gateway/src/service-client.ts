import type { ServiceName } from '@wardstone/contracts'
import type { IdentityTokens } from '@wardstone/service'
import { type Dispatcher, request } from 'undici'
import { stamps } from './headers.ts'
import { systemIdentity } from './identities.ts'

interface ClientOptions {
  service: ServiceName
  url: string
  identityTokens: IdentityTokens
  dispatcher: Dispatcher
}

const WITHIN_MS = 2000

/** The gateway's own requests to one service, in its own name. */
export class ServiceClient {
  readonly #options: ClientOptions

  constructor(options: ClientOptions) {
    this.#options = options
  }

  /** The JSON that `path` answers with; rejects unless it is a 200. */
  async getJson(path: string): Promise<unknown> {
    const { statusCode, body } = await this.#get(path)
    if (statusCode === 200) return body.json()
    await body.dump()
    throw new Error(`${this.#options.service} answered ${statusCode} to ${path}.`)
  }

  /** True when the service says it is ready. */
  async isReady(): Promise<boolean> {
    const { statusCode, body } = await this.#get('/ready')
    await body.dump()
    return statusCode === 200
  }

  #get(path: string): Promise<Dispatcher.ResponseData> {
    const { service, url, identityTokens, dispatcher } = this.#options
    const identity = systemIdentity()
    return request(new URL(path, url), {
      dispatcher,
      headers: stamps(identity, identityTokens.sign(service, identity, 'GET', path)),
      signal: AbortSignal.timeout(WITHIN_MS),
    })
  }
}

/** One client for each service. */
export type ServiceClients = Record<ServiceName, ServiceClient>
