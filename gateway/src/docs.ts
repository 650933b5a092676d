import type { FastifyInstance } from 'fastify'
import { malformedRequest } from './errors.ts'

/** The page runs its own script only, and talks to nobody but this gateway. */
const CONTENT_SECURITY_POLICY = [
  "default-src 'none'",
  "script-src 'self' 'unsafe-inline'",
  "style-src 'self' 'unsafe-inline'",
  "img-src 'self' data:",
  "font-src 'self' data:",
  "connect-src 'self'",
  "frame-ancestors 'none'",
].join('; ')

/** Serves the API reference at `/docs`, script included: it works without the Internet. */
export async function docsRoutes(app: FastifyInstance): Promise<void> {
  const { default: apiReference } = await import('@scalar/fastify-api-reference')
  app.addHook('onRequest', async (request, reply) => {
    if (!URL.canParse(`http://${request.hostname}`)) throw malformedRequest()
    reply.header('content-security-policy', CONTENT_SECURITY_POLICY)
    reply.header('cache-control', 'public, max-age=3600')
  })
  await app.register(apiReference, {
    routePrefix: '/docs',
    logLevel: 'silent',
    configuration: {
      url: '/openapi.json',
      pageTitle: 'Wardstone API',
      withDefaultFonts: false,
      telemetry: false,
      hideClientButton: true,
    },
  })
}
