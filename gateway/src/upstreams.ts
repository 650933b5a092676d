import type { Readable } from 'node:stream'
import httpProxy from '@fastify/http-proxy'
import type { ServiceName } from '@wardstone/contracts'
import type { IdentityTokens } from '@wardstone/service'
import type { FastifyInstance } from 'fastify'
import type { Dispatcher, Pool } from 'undici'
import { Exchange } from './exchange.ts'
import { hasBody, outgoingHeaders } from './headers.ts'

/** A part of the API and the service that answers it. */
interface Upstream {
  /** A parameter matches one segment; of two prefixes that match, the one with more of it written out counts. */
  prefix: `/api/${string}`
  service: ServiceName
  /** What anybody may call: methods by path beneath the prefix. */
  public?: Readonly<Record<string, readonly string[]>>
}

const METHODS = ['DELETE', 'GET', 'HEAD', 'PATCH', 'POST', 'PUT']

/** The whole API. What is not beneath one of these prefixes reaches no service. */
const UPSTREAMS: readonly Upstream[] = [
  {
    prefix: '/api/auth',
    service: 'auth',
    public: { '/register': ['POST'], '/login': ['POST'], '/refresh': ['POST'] },
  },
  { prefix: '/api/users', service: 'auth' },
  { prefix: '/api/invitations', service: 'auth' },
  { prefix: '/api/break-glass', service: 'auth' },
  { prefix: '/api/hospitals', service: 'hospital', public: { '': ['GET', 'HEAD'] } },
  { prefix: '/api/departments', service: 'hospital' },
  { prefix: '/api/doctors', service: 'hospital' },
  { prefix: '/api/holidays', service: 'hospital' },
  { prefix: '/api/patients', service: 'patient' },
  { prefix: '/api/appointments', service: 'appointment' },
  { prefix: '/api/audit', service: 'audit' },
  { prefix: '/api/patients/:id/access-log', service: 'audit' },
]

/** What forwarding needs. */
export interface ForwardingParts {
  urls: Record<ServiceName, string>
  pools: Record<ServiceName, Pool>
  identityTokens: IdentityTokens
}

/** Forwards what anybody may call. */
export function forwardPublic(app: FastifyInstance, parts: ForwardingParts): void {
  for (const { prefix, service, public: open = {} } of UPSTREAMS) {
    for (const [path, httpMethods] of Object.entries(open)) {
      forward(app, parts, service, { prefix: `${prefix}${path}`, routes: ['/'], httpMethods })
    }
  }
}

/** Forwards everything else. */
export function forwardSignedIn(app: FastifyInstance, parts: ForwardingParts): void {
  for (const { prefix, service, public: open = {} } of UPSTREAMS) {
    const httpMethods = METHODS.filter((method) => !open['']?.includes(method))
    forward(app, parts, service, { prefix, routes: ['/'], httpMethods })
    forward(app, parts, service, { prefix, routes: ['/*'], httpMethods: METHODS })
  }
}

interface Routes {
  prefix: string
  routes: string[]
  httpMethods: readonly string[]
}

function forward(
  app: FastifyInstance,
  { urls, pools, identityTokens }: ForwardingParts,
  service: ServiceName,
  { prefix, routes, httpMethods }: Routes,
): void {
  const pool = pools[service]
  app.register(httpProxy, {
    upstream: urls[service],
    prefix,
    rewritePrefix: prefix,
    routes,
    httpMethods: [...httpMethods],
    undici: pool,
    proxyPayloads: false,
    handler: (request, reply) => {
      const { method, identity, raw, body } = request
      const path = raw.url ?? ''
      const token = identityTokens.sign(service, identity, method, path)
      const headers = outgoingHeaders(raw.headers, identity, token)
      const dispatched = {
        path,
        method: method as Dispatcher.HttpMethod,
        headers,
        body: hasBody(raw.headers) ? (body as Readable) : null,
      }
      pool.dispatch(dispatched, new Exchange(request, reply))
    },
  })
}
