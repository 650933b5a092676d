import type { FastifyInstance } from 'fastify'

/** One line a request: the route's pattern, never its URL, which may hold a name that was searched for. */
export function requestLog(app: FastifyInstance): void {
  app.addHook('onResponse', async (request, reply) => {
    request.log.info(
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
  })
}
