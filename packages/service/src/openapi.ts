import swagger from '@fastify/swagger'
import { type Permission, ProblemSchema } from '@wardstone/contracts'
import type { FastifyInstance } from 'fastify'
import { IF_NONE_MATCH_HEADER } from './conditional-gets.ts'
import { answersNotModified, documentedResponses } from './documented-responses.ts'
import { IDEMPOTENCY_KEY_HEADER } from './idempotency-key.ts'

/** What stands at the top of an OpenAPI document of ours. */
export function openApiInfo(title: string) {
  return {
    openapi: '3.1.0',
    info: {
      title,
      version: '0.1.0',
      license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
    },
    components: {
      securitySchemes: {
        access_token: { type: 'http' as const, scheme: 'bearer', bearerFormat: 'JWT' },
      },
    },
  }
}

/**
 * Serves the service's own OpenAPI at `/openapi.json`, made from its routes: `x-permission` says what
 * a caller must hold, and each route has exactly the statuses it can answer with.
 */
export async function openApi(app: FastifyInstance, name: string): Promise<void> {
  app.addSchema(ProblemSchema)
  await app.register(swagger, {
    openapi: openApiInfo(`Wardstone: ${name}`),
    refResolver: { buildLocalReference: (json) => String(json.$id) },
    transform: ({ schema, url, route }) => {
      const { permission, operational, idempotent } = route.config ?? {}
      const documented = { ...route, schema }
      return {
        url,
        schema: {
          ...schema,
          response: documentedResponses(documented),
          hide: Boolean(operational) || url.startsWith('/internal/'),
          ...secured(permission),
          ...(idempotent && { headers: IDEMPOTENCY_KEY_HEADER }),
          ...(answersNotModified(documented) && { headers: IF_NONE_MATCH_HEADER }),
        },
      }
    },
  })
  app.get(
    '/openapi.json',
    { config: { operational: true }, logLevel: 'silent', schema: { response: { 200: {} } } },
    (_request, reply) => reply.serializer(JSON.stringify).send(app.swagger()),
  )
}

function secured(permission: Permission | undefined) {
  return permission
    ? { security: [{ access_token: [] }], 'x-permission': permission }
    : { security: [] }
}
