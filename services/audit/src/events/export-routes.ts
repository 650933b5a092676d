import { Readable } from 'node:stream'
import { Type } from '@sinclair/typebox'
import { type ServicePlugin, STREAMED_WITHIN_MS } from '@wardstone/service'
import type { TenantDatabase } from '@wardstone/tenancy'
import type { Database } from '../database/schema.ts'
import { auditRead } from './events.ts'
import { exportLines } from './export.ts'
import { EventRepository } from './repository.ts'
import { EventExportQuerySchema } from './schemas.ts'

interface ExportRoutesOptions {
  database: TenantDatabase<Database>
}

const MEDIA_TYPES = {
  csv: 'text/csv; charset=utf-8; header=present',
  ndjson: 'application/x-ndjson',
}

/** `/api/audit/export`: the chain as a file, for whoever wants to verify it elsewhere. */
export const exportRoutes: ServicePlugin<ExportRoutesOptions> = async (app, { database }) => {
  app.get(
    '/',
    {
      config: { permission: 'audit.read' },
      handlerTimeout: STREAMED_WITHIN_MS,
      schema: {
        querystring: EventExportQuerySchema,
        response: {
          200: {
            description:
              'all entries up to now, oldest first; NDJSON without a filter is what verifier/verify.mjs takes',
            content: {
              'text/csv': { schema: Type.String() },
              'application/x-ndjson': { schema: Type.String() },
            },
          },
        },
      },
    },
    async ({ identity, query: { format, ...filter } }, reply) => {
      const events = new EventRepository(database.tenant(identity))
      const upTo = (await events.head())?.seq ?? 0
      const lines = exportLines(events.chain(filter, upTo), format)
      // What fails, fails before an answer has begun.
      const first = await lines.next()
      await app.recordAudit(auditRead(identity, 'export', filter.patient_id))
      const name = Object.keys(filter).length === 0 ? 'audit' : 'audit-filtered'
      reply.type(MEDIA_TYPES[format])
      reply.header('content-disposition', `attachment; filename="${name}.${format}"`)
      // The document calls a file a string; it is sent as it comes.
      return reply.send(Readable.from(joined(first.value, lines)) as unknown as string)
    },
  )
}

async function* joined(first: unknown, rest: AsyncGenerator<string>): AsyncGenerator<string> {
  if (typeof first === 'string') yield first
  yield* rest
}
