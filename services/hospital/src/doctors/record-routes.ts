import { type ServicePlugin, sendVersioned } from '@wardstone/service'
import type { IdempotencyKeys, TenantDatabase } from '@wardstone/tenancy'
import type { Database } from '../database/schema.ts'
import { notFound } from '../errors.ts'
import { NoBodySchema, RecordParamsSchema } from '../records/schemas.ts'
import { DoctorChanges } from './changes.ts'
import { DoctorRepository } from './repository.ts'
import * as schemas from './schemas.ts'

interface RecordRoutesOptions {
  database: TenantDatabase<Database>
  idempotencyKeys: IdempotencyKeys
}

/** `/api/doctors/:id`: one doctor of the caller's hospital. */
export const doctorRecordRoutes: ServicePlugin<RecordRoutesOptions> = async (
  app,
  { database, idempotencyKeys },
) => {
  const changes = new DoctorChanges(database, idempotencyKeys)
  const params = RecordParamsSchema
  const response = { 200: schemas.DoctorSchema }

  app.get(
    '/:id',
    {
      config: { permission: 'doctor.read', problems: [404] },
      schema: { params, response },
    },
    async ({ identity, params: { id } }, reply) => {
      const doctor = await new DoctorRepository(database.tenant(identity)).find(id)
      if (!doctor) throw notFound()
      return sendVersioned(reply, doctor)
    },
  )

  app.put(
    '/:id',
    {
      config: { permission: 'doctor.write', problems: [404, 409, 412] },
      schema: { params, body: schemas.DoctorReplacementSchema, response },
    },
    async (request, reply) =>
      sendVersioned(reply, await changes.replace(request, request.params.id, request.body)),
  )

  app.patch(
    '/:id',
    {
      config: { permission: 'doctor.write', problems: [404, 409, 412] },
      schema: { params, body: schemas.DoctorPatchSchema, response },
    },
    async (request, reply) =>
      sendVersioned(reply, await changes.patch(request, request.params.id, request.body)),
  )

  app.delete(
    '/:id',
    {
      config: { permission: 'doctor.write', problems: [404, 412] },
      schema: { params, response },
    },
    async (request, reply) =>
      sendVersioned(reply, await changes.deactivate(request, request.params.id)),
  )

  app.post(
    '/:id/reactivate',
    {
      config: { permission: 'doctor.write', idempotent: true, problems: [404, 409, 412] },
      schema: { params, body: NoBodySchema, response },
    },
    async (request, reply) =>
      sendVersioned(reply, await changes.reactivate(request, reply, request.params.id)),
  )
}
