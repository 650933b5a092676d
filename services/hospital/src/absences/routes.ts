import { Type } from '@sinclair/typebox'
import { type CursorCodec, linkNext, type ServicePlugin } from '@wardstone/service'
import type { IdempotencyKeys, TenantDatabase } from '@wardstone/tenancy'
import type { Database } from '../database/schema.ts'
import { DoctorRepository } from '../doctors/repository.ts'
import { notFound } from '../errors.ts'
import { RecordParamsSchema } from '../records/schemas.ts'
import { pageOf } from '../records/window.ts'
import { AbsenceChanges } from './changes.ts'
import { AbsenceRepository } from './repository.ts'
import * as schemas from './schemas.ts'

interface AbsenceRoutesOptions {
  database: TenantDatabase<Database>
  idempotencyKeys: IdempotencyKeys
  cursors: CursorCodec
}

const BY_DAY = { column: 'starts_on', direction: 'asc' } as const

/** `/api/doctors/:id/exceptions`: when a doctor is away. */
export const absenceRoutes: ServicePlugin<AbsenceRoutesOptions> = async (
  app,
  { database, idempotencyKeys, cursors },
) => {
  const changes = new AbsenceChanges(database, idempotencyKeys)

  app.get(
    '/:id/exceptions',
    {
      config: { permission: 'doctor.read', problems: [404] },
      schema: {
        params: RecordParamsSchema,
        querystring: schemas.AbsenceListQuerySchema,
        response: { 200: schemas.AbsencePageSchema },
      },
    },
    async (request, reply) => {
      const { id } = request.params
      const tenant = database.tenant(request.identity)
      const { limit, cursor, ...filter } = request.query
      if (!(await new DoctorRepository(tenant).find(id))) throw notFound()
      const scope = [tenant.hospitalId, 'exceptions', id, filter]
      const page = await pageOf({ codec: cursors, scope, limit, cursor }, BY_DAY, (window) =>
        new AbsenceRepository(tenant, id).list(filter, window),
      )
      linkNext(request, reply, page)
      return page
    },
  )

  app.post(
    '/:id/exceptions',
    {
      config: { permission: 'doctor.schedule.write', idempotent: true, problems: [404, 409] },
      schema: {
        params: RecordParamsSchema,
        body: schemas.NewAbsenceSchema,
        response: { 201: schemas.AbsenceSchema },
      },
    },
    async (request, reply) => {
      const absence = await changes.create(request, reply, request.params.id, request.body)
      const { doctor_id, id } = absence
      reply.code(201).header('location', `/api/doctors/${doctor_id}/exceptions/${id}`)
      return absence
    },
  )

  app.delete(
    '/:id/exceptions/:exception_id',
    {
      config: { permission: 'doctor.schedule.write', problems: [404] },
      schema: { params: schemas.AbsenceParamsSchema, response: { 204: Type.Null() } },
    },
    async (request, reply) => {
      await changes.remove(request, request.params.id, request.params.exception_id)
      return reply.code(204).send(null)
    },
  )
}
