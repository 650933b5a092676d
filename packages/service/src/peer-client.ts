import { randomUUID } from 'node:crypto'
import { type ServiceName, serviceIssuer } from '@wardstone/contracts'
import { Agent, request } from 'undici'
import { IdentityTokens } from './identity-tokens.ts'

interface PeerClientOptions {
  /** The service that asks. */
  name: ServiceName
  /** The service that is asked. */
  peer: ServiceName
  url: string
  /** The HS256 key that these two share. */
  key: string
}

/** For whom a peer is asked: the hospital of the request, or of the event, that needs the answer. */
export interface PeerContext {
  hospital_id: string
  /** Of the request on whose behalf; made up where there is none. */
  request_id?: string
}

/** Long enough for a busy peer, short enough for somebody who waits at a desk. */
const WITHIN_MS = 1000
/** Connections that nobody uses end here, before they end at the peer: it lets them, also while it drains. */
const KEEP_ALIVE = { keepAliveTimeout: 2_000, keepAliveMaxTimeout: 2_000 }

/** One service's own questions to another, about one hospital at a time. */
export class PeerClient {
  readonly #options: PeerClientOptions
  readonly #tokens: IdentityTokens
  readonly #dispatcher = new Agent({ ...KEEP_ALIVE, connections: 8, connect: { timeout: 500 } })

  constructor(options: PeerClientOptions) {
    const { name, peer, key } = options
    this.#options = options
    this.#tokens = new IdentityTokens(serviceIssuer(name), { [peer]: key } as Record<
      ServiceName,
      string
    >)
  }

  /** The JSON that `path` answers with; rejects unless it is a 200 within a second. */
  async getJson(path: string, context: PeerContext): Promise<unknown> {
    const { name, peer, url } = this.#options
    const token = this.#tokens.sign(peer, systemOf(name, context), 'GET', path)
    const { statusCode, body } = await request(new URL(path, url), {
      dispatcher: this.#dispatcher,
      headers: { authorization: `Bearer ${token}` },
      signal: AbortSignal.timeout(WITHIN_MS),
    })
    if (statusCode === 200) return body.json()
    await body.dump()
    throw new Error(`${peer} answered ${statusCode} to ${path.split('?')[0]}.`)
  }

  /** Ends its connections. */
  async close(): Promise<void> {
    await this.#dispatcher.destroy()
  }
}

function systemOf(name: ServiceName, { hospital_id, request_id = randomUUID() }: PeerContext) {
  return {
    role: 'system',
    user_id: null,
    username: serviceIssuer(name),
    session_id: null,
    hospital_id,
    hospital_name: null,
    request_id,
    // The address of a service says nothing that its name does not.
    ip: '',
    user_agent: null,
  } as const
}
