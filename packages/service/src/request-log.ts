import type { FastifyInstance } from 'fastify'

/** One line a request: the route's pattern, never its URL, which may hold a name that was searched for. */
export function requestLog(app: FastifyInstance): void {
  // Ids and numbers only: there is nothing to redact, which would cost as much as the line itself.
  const log = app.log.child({}, { redact: [] })
  app.addHook('onResponse', (request, reply, done) => {
    if (request.routeOptions.logLevel === 'silent') return done()
    log.info(
      {
        request_id: request.id,
        method: request.method,
        route: request.routeOptions.url,
        status: reply.statusCode,
        ms: Math.round(reply.elapsedTime * 10) / 10,
        hospital_id: request.identity?.hospital_id,
        user_id: request.identity?.user_id,
      },
      'request completed',
    )
    done()
  })
}
