import { TimelineQuerySchema } from '@wardstone/contracts'
import { type CursorCodec, linkNext, type ServicePlugin, toPage } from '@wardstone/service'
import type { TenantDatabase } from '@wardstone/tenancy'
import type { Database } from '../database/schema.ts'
import { SignedInSchema } from '../sessions/schemas.ts'
import { reportRead } from './events.ts'
import { GlassOpening, type GlassOpeningOptions } from './opening.ts'
import { BreakGlassRepository } from './repository.ts'
import * as schemas from './schemas.ts'

export interface BreakGlassRoutesOptions extends Omit<GlassOpeningOptions, 'recordAudit'> {
  database: TenantDatabase<Database>
  cursors: CursorCodec
}

/** `/api/break-glass`: opens what is closed for a while, and tells the hospital who did. */
export const breakGlassRoutes: ServicePlugin<BreakGlassRoutesOptions> = async (app, options) => {
  const { database, cursors } = options
  const { recordAudit } = app
  const opening = new GlassOpening({ ...options, recordAudit })

  app.post(
    '',
    {
      config: { permission: 'break_glass.open', idempotent: true, problems: [404, 409, 429] },
      bodyLimit: 8192,
      schema: { body: schemas.OpeningSchema, response: { 201: SignedInSchema } },
    },
    async (request, reply) => {
      const signedIn = await opening.open(request, reply, request.body)
      reply.code(201)
      return signedIn
    },
  )

  app.get(
    '',
    {
      config: { permission: 'audit.read' },
      schema: {
        querystring: TimelineQuerySchema,
        response: { 200: schemas.GlassPageSchema },
      },
    },
    async (request, reply) => {
      const hospital = database.tenant(request.identity)
      const { ordering, limit, cursor, count } = request.query
      const scope = [hospital.hospitalId, 'break-glass', ordering]
      const [after] = cursor === undefined ? [] : (cursors.decode(scope, cursor) as [string])
      const glasses = new BreakGlassRepository(hospital)
      const rows = await glasses.list(ordering, limit, after)
      await recordAudit(reportRead(request.identity))
      const page = toPage(rows, limit, { codec: cursors, scope, position: ({ id }) => [id] })
      linkNext(request, reply, page)
      return count ? { ...page, count: await glasses.count() } : page
    },
  )
}
