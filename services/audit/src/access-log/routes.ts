import { type CursorCodec, linkNext, type ServicePlugin, toPage } from '@wardstone/service'
import type { TenantDatabase } from '@wardstone/tenancy'
import type { Database } from '../database/schema.ts'
import { auditRead } from '../events/events.ts'
import { AccessLogRepository } from './repository.ts'
import { AccessLogPageSchema, AccessLogParamsSchema, AccessLogQuerySchema } from './schemas.ts'
import { inWords } from './words.ts'

interface AccessLogRoutesOptions {
  database: TenantDatabase<Database>
  cursors: CursorCodec
}

/** `/api/patients/{id}/access-log`: who saw the patient, when and why (docs/decisions/0025). */
export const accessLogRoutes: ServicePlugin<AccessLogRoutesOptions> = async (app, options) => {
  const { database, cursors } = options

  app.get(
    '/',
    {
      config: { permission: 'audit.read' },
      schema: {
        params: AccessLogParamsSchema,
        querystring: AccessLogQuerySchema,
        response: { 200: AccessLogPageSchema },
      },
    },
    async (request, reply) => {
      const { id } = request.params
      const { limit, cursor } = request.query
      const tenant = database.tenant(request.identity)
      const scope = [tenant.hospitalId, 'access-log', id]
      const [before] = cursor === undefined ? [] : (cursors.decode(scope, cursor) as [number])
      const rows = await new AccessLogRepository(tenant).list(id, limit, before)
      await app.recordAudit(auditRead(request.identity, 'access-log', id))
      const page = toPage(rows, limit, { codec: cursors, scope, position: ({ seq }) => [seq] })
      linkNext(request, reply, page)
      return { ...page, results: page.results.map(({ event }) => inWords(event)) }
    },
  )
}
