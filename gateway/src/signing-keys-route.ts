import type { FastifyInstance } from 'fastify'
import { unavailable } from './errors.ts'
import type { Keys } from './keys.ts'

/** Serves the public keys that the gateway itself believes. */
export function signingKeysRoute(app: FastifyInstance, keys: Keys): void {
  app.get('/.well-known/jwks.json', { logLevel: 'silent' }, (_request, reply) => {
    if (keys.published === undefined) throw unavailable()
    return reply.header('cache-control', 'public, max-age=60').send({ keys: keys.published })
  })
}
