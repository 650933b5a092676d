import swagger from '@fastify/swagger'
import { type Permission, PROBLEM_MEDIA_TYPE, ProblemSchema } from '@wardstone/contracts'
import type { FastifyInstance } from 'fastify'
import { IDEMPOTENCY_KEY_HEADER } from './idempotency-key.ts'

const PROBLEM_RESPONSE = {
  description: 'A problem (RFC 9457)',
  content: { [PROBLEM_MEDIA_TYPE]: { schema: { $ref: 'Problem#' } } },
}

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
 * a caller must hold; every route can answer with a problem.
 */
export async function openApi(app: FastifyInstance, name: string): Promise<void> {
  app.addSchema(ProblemSchema)
  app.addHook('onRoute', (route) => {
    const response = route.schema?.response as Record<string, unknown>
    response['4xx'] ??= PROBLEM_RESPONSE
    response['5xx'] ??= PROBLEM_RESPONSE
  })
  await app.register(swagger, {
    openapi: openApiInfo(`Wardstone: ${name}`),
    refResolver: { buildLocalReference: (json) => String(json.$id) },
    transform: ({ schema, url, route }) => {
      const { permission, operational, idempotent } = route.config ?? {}
      return {
        url,
        schema: {
          ...schema,
          hide: Boolean(operational) || url.startsWith('/internal/'),
          ...secured(permission),
          ...(idempotent && { headers: IDEMPOTENCY_KEY_HEADER }),
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
