import { type CursorCodec, linkNext, type ServicePlugin, toPage } from '@wardstone/service'
import type { TenantDatabase } from '@wardstone/tenancy'
import type { Database } from '../database/schema.ts'
import { auditRead } from '../events/events.ts'
import type { CheckpointKeys } from './keys.ts'
import { kidIn } from './note.ts'
import { CheckpointRepository } from './repository.ts'
import { CheckpointListQuerySchema, CheckpointPageSchema } from './schemas.ts'

export interface CheckpointRoutesOptions {
  database: TenantDatabase<Database>
  cursors: CursorCodec
  keys: CheckpointKeys
}

/** `/api/audit/checkpoints`: signed statements for the hospital to keep. */
export const checkpointRoutes: ServicePlugin<CheckpointRoutesOptions> = async (app, options) => {
  const { database, cursors, keys } = options
  const verifierKeys = keys.verifierKeys()

  app.get(
    '/',
    {
      config: { permission: 'audit.read' },
      schema: { querystring: CheckpointListQuerySchema, response: { 200: CheckpointPageSchema } },
    },
    async (request, reply) => {
      const { limit, cursor } = request.query
      const tenant = database.tenant(request.identity)
      const scope = [tenant.hospitalId, 'audit/checkpoints']
      const [before] = cursor === undefined ? [] : (cursors.decode(scope, cursor) as [number])
      const rows = await new CheckpointRepository(tenant).list(limit, before)
      await app.recordAudit(auditRead(request.identity, 'checkpoints'))
      const page = toPage(rows, limit, { codec: cursors, scope, position: ({ seq }) => [seq] })
      linkNext(request, reply, page)
      const results = page.results.map((each) => ({ ...each, kid: kidIn(each.note) }))
      return { ...page, results, keys: verifierKeys }
    },
  )
}
