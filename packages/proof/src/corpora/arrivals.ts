import type { World } from '@wardstone/cluster/testing'

/** A request as a service received it. */
export interface Arrival {
  method: string
  url: string
  /** As often as they came, in lower case. */
  headers: [name: string, value: string][]
}

/** Everything that clients' requests caused to arrive at the services of a world. */
export class Arrivals {
  readonly #arrived: Arrival[] = []

  constructor(world: World) {
    for (const { app } of Object.values(world.services)) {
      app.server.prependListener('request', ({ method = '', url = '', rawHeaders }) => {
        const headers = pairs(rawHeaders)
        const arrival = { method, url, headers }
        if (!isOfGateway(arrival)) this.#arrived.push(arrival)
      })
    }
  }

  /** What arrived since it was last asked. */
  take(): Arrival[] {
    return this.#arrived.splice(0)
  }
}

/** The gateway asks for keys, revocations, documents and readiness by itself. */
function isOfGateway({ url, headers }: Arrival): boolean {
  const isSystem = headers.some(([name, value]) => name === 'x-user-role' && value === 'system')
  return isSystem && /^\/(internal\/|\.well-known\/|openapi\.json$|ready$)/.test(url)
}

function pairs(rawHeaders: string[]): [string, string][] {
  const names = rawHeaders.filter((_, index) => index % 2 === 0)
  return names.map((name, index) => [name.toLowerCase(), rawHeaders[2 * index + 1] ?? ''])
}
