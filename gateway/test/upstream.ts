import type { IncomingMessage, ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { TestScope } from '@wardstone/cluster/testing'
import Fastify, { type FastifyInstance } from 'fastify'

/** A request as a service received it. */
export interface Received {
  method: string
  url: string
  /** As sent: repeated headers are there as often as they came. */
  rawHeaders: [name: string, value: string][]
  headers: IncomingMessage['headers']
  body: string
}

/** What a path answers with: JSON, or whatever the function does with the raw response. */
type Answer = (request: Received, raw: ServerResponse) => object | undefined

/** A real service that remembers what it was sent. */
export class Upstream {
  readonly answers = new Map<string, Answer>()
  readonly received: Received[] = []
  readonly #app: FastifyInstance

  private constructor(app: FastifyInstance) {
    this.#app = app
  }

  static async start(t: TestScope): Promise<Upstream> {
    const app = Fastify({ keepAliveTimeout: 65_000, forceCloseConnections: true })
    const upstream = new Upstream(app)
    app.removeAllContentTypeParsers()
    app.addContentTypeParser('*', { parseAs: 'string' }, (_request, body, done) => done(null, body))
    app.all('/*', (request, reply) => {
      const received = {
        method: request.method,
        url: request.raw.url ?? '',
        rawHeaders: pairs(request.raw.rawHeaders),
        headers: request.raw.headers,
        body: String(request.body ?? ''),
      }
      const [path = ''] = received.url.split('?')
      if (!/^\/(internal|\.well-known|ready|openapi)/.test(path)) upstream.received.push(received)
      const answer = upstream.answers.get(path)
      if (answer === undefined) return reply.send({ path })
      const body = answer(received, reply.raw)
      return body === undefined ? reply.hijack() : reply.send(body)
    })
    await app.listen({ host: '127.0.0.1', port: 0 })
    t.teardown(() => app.close())
    return upstream
  }

  get url(): string {
    return `http://127.0.0.1:${this.port}`
  }

  get port(): number {
    return (this.#app.server.address() as AddressInfo).port
  }

  /** The last request that was not the gateway's own. */
  get last(): Received {
    const last = this.received.at(-1)
    if (!last) throw new Error('The service received nothing.')
    return last
  }

  /** How many connections are open to it. */
  connections(): Promise<number> {
    return new Promise((resolve, reject) => {
      this.#app.server.getConnections((error, count) => (error ? reject(error) : resolve(count)))
    })
  }

  async close(): Promise<void> {
    await this.#app.close()
  }
}

function pairs(rawHeaders: string[]): [string, string][] {
  const result: [string, string][] = []
  for (let index = 0; index < rawHeaders.length; index += 2) {
    result.push([(rawHeaders[index] ?? '').toLowerCase(), rawHeaders[index + 1] ?? ''])
  }
  return result
}
