import { randomUUID } from 'node:crypto'
import { AuditSpool, connectNats, spoolGauges } from '@wardstone/events'
import {
  addGauges,
  conditionalGets,
  createLogger,
  type Logger,
  metrics,
  problemHandlers,
  requestLog,
  TIMEOUTS,
} from '@wardstone/service'
import Fastify, { type FastifyInstance, LogController } from 'fastify'
import { AccessTokens } from './access-tokens.ts'
import { asAnonymous, authenticate, refuseOtherHospital } from './authentication.ts'
import { limitBody } from './body-limit.ts'
import { answerClientError, followAnswers } from './client-errors.ts'
import { type Config, listOf } from './config.ts'
import { allowOrigins } from './cors.ts'
import { Denials } from './denials.ts'
import { docsRoutes } from './docs.ts'
import { health } from './health.ts'
import { Keys } from './keys.ts'
import { openApiRoute } from './openapi.ts'
import { malformedUrlRoute, routedUrl } from './paths.ts'
import { RateLimits } from './rate-limits.ts'
import { refuseAmbiguous } from './request-heads.ts'
import { RevocationWatch } from './revocation-watch.ts'
import { Revocations } from './revocations.ts'
import { securityHeaders } from './security-headers.ts'
import { connectServices } from './services.ts'
import { signingKeysRoute } from './signing-keys-route.ts'
import { forwardPublic, forwardSignedIn } from './upstreams.ts'

/** The public door: what anybody may do, what callers with a token may do, and nothing else. */
export function buildApp(
  config: Config,
  logger: Logger = createLogger('gateway', config.LOG_LEVEL),
) {
  const services = connectServices(config)
  const nats = connectNats({ url: config.NATS_URL, name: 'gateway', logger })
  const spool = new AuditSpool({ folder: config.SPOOL_FOLDER, nats, logger })
  const denials = new Denials(spool, logger)
  const { auth, hospital } = services.clients
  const keys = new Keys({
    fetch: () => auth.getJson('/.well-known/jwks.json'),
    issuer: config.TOKEN_ISSUER,
    audience: config.TOKEN_AUDIENCE,
    logger,
  })
  const revocations = new Revocations()
  const watch = new RevocationWatch({ revocations, nats, auth, hospital, logger })
  const limits = new RateLimits(config.RATE_LIMIT)
  const tokens = new AccessTokens(keys)

  const app = createFastify(config, logger)
  app.decorate('metrics', metrics(app))
  addGauges(app.metrics, spoolGauges(spool))
  allowOrigins(app, listOf(config.CORS_ORIGINS))
  health(app, services.clients, nats)
  app.register(async (scope) => {
    // Services tag their own answers; nobody else knows whether a tag says all.
    conditionalGets(scope)
    signingKeysRoute(scope, keys)
  })
  openApiRoute(app, services.clients)
  app.register(docsRoutes)
  app.register(async (scope) => {
    scope.addHook('onRequest', asAnonymous)
    scope.addHook('onRequest', limits.ofAddress)
    limitBody(scope, config.BODY_LIMIT)
    forwardPublic(scope, services)
  })
  app.register(async (scope) => {
    scope.addHook('onRequest', authenticate({ tokens, revocations, watch, denials, limits }))
    scope.addHook('onRequest', refuseOtherHospital(denials))
    limitBody(scope, config.BODY_LIMIT)
    scope.addHook('onRequest', limits.ofCaller)
    forwardSignedIn(scope, services)
  })

  app.addHook('onReady', async () => {
    // Before anybody is let in: without them every token would be refused.
    await Promise.all([keys.start(), watch.start()])
  })
  app.addHook('onClose', async () => {
    keys.stop()
    watch.stop()
    await services.close()
    await spool.close()
    await nats.close()
  })
  return app
}

/** Fastify as a proxy needs it: bodies pass unread, URLs are checked before they are routed. */
function createFastify(config: Config, logger: Logger): FastifyInstance {
  const { handlerTimeout: _upstreamsHaveTheirOwn, ...timeouts } = TIMEOUTS
  const trusted = listOf(config.TRUST_PROXY)
  const app = Fastify({
    ...timeouts,
    http: { ...TIMEOUTS.http, maxHeaderSize: 8192 },
    loggerInstance: logger,
    logController: new LogController({ disableRequestLogging: true }),
    childLoggerFactory: (parent) => parent,
    genReqId: () => randomUUID(),
    trustProxy: trusted.length > 0 ? trusted : false,
    forceCloseConnections: 'idle',
    rewriteUrl: routedUrl,
    clientErrorHandler: answerClientError,
  })
  followAnswers(app.server)
  app.removeAllContentTypeParsers()
  app.addContentTypeParser('*', (_request, payload, done) => done(null, payload))
  app.decorateRequest('identity')
  app.addHook('onRequest', (request, reply, done) => {
    reply.header('x-request-id', request.id)
    done()
  })
  securityHeaders(app)
  app.addHook('onRequest', refuseAmbiguous)
  problemHandlers(app)
  requestLog(app)
  malformedUrlRoute(app)
  return app
}
