import { type CursorCodec, linkNext, problem, type ServicePlugin, toPage } from '@wardstone/service'
import type { TenantDatabase } from '@wardstone/tenancy'
import type { FastifyRequest } from 'fastify'
import { type Vouchers, verifyHospital } from '../chain/hospital-chain.ts'
import type { Database } from '../database/schema.ts'
import { auditRead } from './events.ts'
import { EventRepository } from './repository.ts'
import { EventListQuerySchema, EventPageSchema, NoQuerySchema, VerdictSchema } from './schemas.ts'

export interface EventRoutesOptions {
  database: TenantDatabase<Database>
  cursors: CursorCodec
  vouchers: Vouchers
}

const VERIFY_WITHIN_MS = 60_000

/** `/api/audit`: what happened at the caller's hospital. Looking is on record too. */
export const eventRoutes: ServicePlugin<EventRoutesOptions> = async (app, options) => {
  const { database, cursors, vouchers } = options
  const { recordAudit } = app
  const tenant = (request: FastifyRequest) => database.tenant(request.identity)

  app.get(
    '/events',
    {
      config: { permission: 'audit.read' },
      schema: { querystring: EventListQuerySchema, response: { 200: EventPageSchema } },
    },
    async (request, reply) => {
      const { limit, cursor, ...filter } = request.query
      const hospital = tenant(request)
      const scope = [hospital.hospitalId, 'audit/events', filter]
      const [before] = cursor === undefined ? [] : (cursors.decode(scope, cursor) as [number])
      const rows = await new EventRepository(hospital).list(filter, limit, before)
      await recordAudit(auditRead(request.identity, 'events', filter.patient_id))
      const page = toPage(rows, limit, { codec: cursors, scope, position: ({ seq }) => [seq] })
      linkNext(request, reply, page)
      return page
    },
  )

  app.get(
    '/verify',
    {
      config: { permission: 'audit.read' },
      handlerTimeout: VERIFY_WITHIN_MS,
      schema: { querystring: NoQuerySchema, response: { 200: VerdictSchema } },
    },
    async (request) => {
      const verdict = await verifyHospital(tenant(request), vouchers, () => {
        if (request.signal.aborted) throw problem(408, 'timeout', 'Nobody waits any more')
      })
      await recordAudit(auditRead(request.identity, 'verify'))
      return verdict
    },
  )
}
