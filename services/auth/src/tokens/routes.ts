import { Type } from '@sinclair/typebox'
import type { ServicePlugin } from '@wardstone/service'
import { PublicKeySchema, type SigningKeys } from './signing-keys.ts'

/** `/.well-known/jwks.json`: the public keys of access tokens. */
export const keyRoutes: ServicePlugin<{ keys: SigningKeys }> = async (app, { keys }) => {
  app.get(
    '/jwks.json',
    {
      config: { public: true, fromMemory: true },
      schema: { response: { 200: Type.Object({ keys: Type.Array(PublicKeySchema) }) } },
    },
    (_request, reply) => {
      reply.header('cache-control', 'public, max-age=60')
      return { keys: keys.published }
    },
  )
}
