import { createServer, type Server } from 'node:http'
import type { ListenOptions } from 'node:net'
import type { FastifyInstance } from 'fastify'
import { collectDefaultMetrics, Histogram, Registry } from 'prom-client'

/** The metrics of one process: Prometheus' default ones, HTTP durations by route pattern, and what a service adds. */
export interface Metrics {
  readonly registry: Registry
}

/** Measures every request of `app` by method, route pattern and status; never by URL, which may hold an id. */
export function metrics(app: FastifyInstance): Metrics {
  const registry = new Registry()
  collectDefaultMetrics({ register: registry })
  const durations = new Histogram({
    name: 'http_request_duration_seconds',
    help: 'Time from the first byte of a request to the end of its answer',
    labelNames: ['method', 'route', 'status'],
    buckets: [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10],
    registers: [registry],
  })
  // Looking a series up by its labels would cost more than to observe; there are as many as routes have statuses.
  const series = new Map<string, Histogram.Internal<string>>()
  app.addHook('onResponse', (request, reply, done) => {
    const { url: route = 'none' } = request.routeOptions
    const key = `${request.method} ${reply.statusCode} ${route}`
    let observed = series.get(key)
    if (observed === undefined) {
      observed = durations.labels(request.method, route, String(reply.statusCode))
      series.set(key, observed)
    }
    observed.observe(reply.elapsedTime / 1000)
    done()
  })
  return { registry }
}

/** Serves `GET /metrics` on a port of its own, which nothing outside should reach. Port 0 takes a free one. */
export async function listenForMetrics(
  { registry }: Metrics,
  where: Pick<ListenOptions, 'host' | 'port'> | { fd: number },
): Promise<Server> {
  const server = createServer(async (request, response) => {
    if (request.url !== '/metrics') return response.writeHead(404).end()
    try {
      const body = await registry.metrics()
      response.writeHead(200, { 'content-type': registry.contentType }).end(body)
    } catch {
      // A gauge that cannot be read is no reason to end the process that serves patients.
      response.writeHead(500).end()
    }
  })
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(where, resolve)
  })
  return server
}
