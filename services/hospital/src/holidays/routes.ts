import { Type } from '@sinclair/typebox'
import { type CursorCodec, linkNext, type ServicePlugin } from '@wardstone/service'
import type { IdempotencyKeys, TenantDatabase } from '@wardstone/tenancy'
import type { Database } from '../database/schema.ts'
import { RecordParamsSchema } from '../records/schemas.ts'
import { pageOf } from '../records/window.ts'
import { HolidayChanges } from './changes.ts'
import { HolidayRepository } from './repository.ts'
import * as schemas from './schemas.ts'

interface HolidayRoutesOptions {
  database: TenantDatabase<Database>
  idempotencyKeys: IdempotencyKeys
  cursors: CursorCodec
}

const BY_DAY = { column: 'date', direction: 'asc' } as const

/** `/api/holidays`: the days on which the caller's hospital is closed. */
export const holidayRoutes: ServicePlugin<HolidayRoutesOptions> = async (
  app,
  { database, idempotencyKeys, cursors },
) => {
  const changes = new HolidayChanges(database, idempotencyKeys)

  app.get(
    '',
    {
      config: { permission: 'doctor.read' },
      schema: {
        querystring: schemas.HolidayListQuerySchema,
        response: { 200: schemas.HolidayPageSchema },
      },
    },
    async (request, reply) => {
      const tenant = database.tenant(request.identity)
      const { limit, cursor, ...filter } = request.query
      const scope = [tenant.hospitalId, 'holidays', filter]
      const page = await pageOf({ codec: cursors, scope, limit, cursor }, BY_DAY, (window) =>
        new HolidayRepository(tenant).list(filter, window),
      )
      linkNext(request, reply, page)
      return page
    },
  )

  app.post(
    '',
    {
      config: { permission: 'doctor.write', idempotent: true, problems: [409] },
      schema: { body: schemas.NewHolidaySchema, response: { 201: schemas.HolidaySchema } },
    },
    async (request, reply) => {
      const holiday = await changes.create(request, reply, request.body)
      reply.code(201).header('location', `/api/holidays/${holiday.id}`)
      return holiday
    },
  )

  app.delete(
    '/:id',
    {
      config: { permission: 'doctor.write', problems: [404] },
      schema: { params: RecordParamsSchema, response: { 204: Type.Null() } },
    },
    async (request, reply) => {
      await changes.remove(request, request.params.id)
      return reply.code(204).send(null)
    },
  )
}
