import { type CursorCodec, linkNext, type ServicePlugin, toPage } from '@wardstone/service'
import type { TenantDatabase } from '@wardstone/tenancy'
import type { Database } from '../database/schema.ts'
import { importNotFound } from '../errors.ts'
import * as events from './events.ts'
import { ImportRepository } from './repository.ts'
import {
  ImportTaskPageSchema,
  ImportTaskParamsSchema,
  ImportTaskQuerySchema,
  ImportTaskSchema,
} from './schemas.ts'

interface ImportRoutesOptions {
  database: TenantDatabase<Database>
  cursors: CursorCodec
}

/** `/api/patients/imports`: how far the imports of the caller's hospital are, and how they ended. */
export const importRoutes: ServicePlugin<ImportRoutesOptions> = async (app, options) => {
  const { database, cursors: codec } = options

  app.get(
    '',
    {
      config: { permission: 'patient.import' },
      schema: { querystring: ImportTaskQuerySchema, response: { 200: ImportTaskPageSchema } },
    },
    async (request, reply) => {
      const { limit, cursor } = request.query
      const tenant = database.tenant(request.identity)
      const scope = [tenant.hospitalId, 'patients/imports']
      const [before] = cursor === undefined ? [] : (codec.decode(scope, cursor) as [string])
      const rows = await new ImportRepository(tenant).list({ limit, before })
      const page = toPage(rows, limit, { codec, scope, position: ({ id }) => [id] })
      await app.recordAudit(events.importsRead(request.identity))
      linkNext(request, reply, page)
      return page
    },
  )

  app.get(
    '/:id',
    {
      config: { permission: 'patient.import', problems: [404] },
      schema: { params: ImportTaskParamsSchema, response: { 200: ImportTaskSchema } },
    },
    async ({ identity, params: { id } }) => {
      const found = await new ImportRepository(database.tenant(identity)).find(id)
      if (!found) {
        await app.recordAudit(events.importNotFound(identity, id))
        throw importNotFound()
      }
      await app.recordAudit(events.importsRead(identity, id))
      return found
    },
  )
}
