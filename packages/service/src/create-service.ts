import type { FastifyPluginAsyncTypebox, TypeBoxTypeProvider } from '@fastify/type-provider-typebox'
import type { Static } from '@sinclair/typebox'
import type { AuditEvent, ServiceName } from '@wardstone/contracts'
import Fastify, {
  type FastifyInstance,
  LogController,
  type RawReplyDefaultExpression,
  type RawRequestDefaultExpression,
  type RawServerDefault,
} from 'fastify'
import { accessControl } from './access-control.ts'
import { conditionalGets } from './conditional-gets.ts'
import type { ServiceConfigSchema } from './config.ts'
import { healthRoutes, isUp, type Part } from './health.ts'
import { identityPlugin, type PeerKeys } from './identity.ts'
import { jsonBodies } from './json-bodies.ts'
import { createLogger, type Logger } from './logger.ts'
import { type Metrics, metrics } from './metrics.ts'
import { openApi } from './openapi.ts'
import { problemHandlers } from './problem.ts'
import { requestLog } from './request-log.ts'
import { buildSerializer } from './serialization.ts'
import { strictValidation } from './validation.ts'

declare module 'fastify' {
  interface FastifyInstance {
    metrics: Metrics
    /** From now on `/ready` says no and connections close after their answer. */
    beginDrain: () => void
  }
}

/** The Fastify every service is made of. */
export type Service = FastifyInstance<
  RawServerDefault,
  RawRequestDefaultExpression,
  RawReplyDefaultExpression,
  Logger,
  TypeBoxTypeProvider
>

/** A plugin of routes whose handlers get the types of their schemas. */
export type ServicePlugin<Options extends object> = FastifyPluginAsyncTypebox<
  Options & Record<never, never>
>

export interface ServiceOptions {
  name: ServiceName
  config: Static<typeof ServiceConfigSchema>
  /** What `/ready` asks. */
  parts: Record<string, Part>
  /** Writes one audit event durably: denials of this service are recorded before they are answered. */
  recordAudit: (event: AuditEvent) => Promise<void>
  /** The services that may ask this one: see a route's `peers`. */
  peers?: PeerKeys
  /** The process's log; made from `config` unless given. */
  logger?: Logger
}

/** Node's and Fastify's timeouts, which are off unless set; the keep-alive outlasts the gateway's. */
export const TIMEOUTS = {
  requestTimeout: 15_000,
  handlerTimeout: 8_000,
  connectionTimeout: 20_000,
  keepAliveTimeout: 65_000,
  http: { headersTimeout: 10_000, connectionsCheckingInterval: 2_000, maxHeaderSize: 16_384 },
} as const

/** `handlerTimeout` of a route that streams: it counts to the last byte, and who reads slowly is no fault. */
export const STREAMED_WITHIN_MS = 6 * 60 * 60 * 1000

/**
 * Makes a service: strict validation, problems for errors, identity, deny by default, health,
 * metrics and OpenAPI. Register routes on what it returns.
 */
export async function createService(options: ServiceOptions): Promise<Service> {
  const { name, config, parts, recordAudit, peers = {} } = options
  const app = Fastify({
    loggerInstance: options.logger ?? createLogger(name, config.LOG_LEVEL),
    logController: new LogController({ disableRequestLogging: true }),
    childLoggerFactory: (logger) => logger,
    bodyLimit: 65_536,
    onProtoPoisoning: 'error',
    forceCloseConnections: 'idle',
    ...TIMEOUTS,
    schemaController: { compilersFactory: { buildSerializer } },
  }).withTypeProvider<TypeBoxTypeProvider>()

  jsonBodies(app)
  drainable(app, parts)
  problemHandlers(app)
  strictValidation(app)
  neverStored(app)
  conditionalGets(app)
  requestLog(app)
  app.decorate('metrics', metrics(app))
  const keys = [config.IDENTITY_KEY, config.IDENTITY_KEY_PREVIOUS].filter(
    (key) => key !== undefined,
  )
  await app.register(identityPlugin, { service: name, keys, peers })
  await app.register(accessControl, { service: name, recordAudit })
  await openApi(app, name)
  return app
}

/** What is of patients stays in no cache, unless the route says what may, and is what it says it is. The other headers for browsers are the gateway's. */
function neverStored(app: FastifyInstance): void {
  app.addHook('onSend', (_request, reply, payload, done) => {
    reply.header('x-content-type-options', 'nosniff')
    if (!reply.hasHeader('cache-control')) reply.header('cache-control', 'no-store')
    done(null, payload)
  })
}

function drainable(app: FastifyInstance, parts: Record<string, Part>): void {
  let draining = false
  app.decorate('beginDrain', () => {
    draining = true
  })
  app.addHook('onSend', (_request, reply, payload, done) => {
    if (draining) reply.header('connection', 'close')
    done(null, payload)
  })
  healthRoutes(app, parts, () => draining)
  // Who comes first finds connections made. What is away now may be back by then.
  app.addHook('onReady', async () => {
    await Promise.all(Object.values(parts).map(isUp))
  })
}
