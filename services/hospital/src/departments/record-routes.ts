import { type ServicePlugin, sendVersioned } from '@wardstone/service'
import type { IdempotencyKeys, TenantDatabase } from '@wardstone/tenancy'
import type { Database } from '../database/schema.ts'
import { notFound } from '../errors.ts'
import { NoBodySchema, RecordParamsSchema } from '../records/schemas.ts'
import { DepartmentChanges } from './changes.ts'
import { DepartmentRepository } from './repository.ts'
import * as schemas from './schemas.ts'

interface RecordRoutesOptions {
  database: TenantDatabase<Database>
  idempotencyKeys: IdempotencyKeys
}

/** `/api/departments/:id`: one department of the caller's hospital. */
export const departmentRecordRoutes: ServicePlugin<RecordRoutesOptions> = async (
  app,
  { database, idempotencyKeys },
) => {
  const changes = new DepartmentChanges(database, idempotencyKeys)
  const params = RecordParamsSchema
  const response = { 200: schemas.DepartmentSchema }

  app.get(
    '/:id',
    {
      config: { permission: 'department.read', problems: [404] },
      schema: { params, response },
    },
    async ({ identity, params: { id } }, reply) => {
      const department = await new DepartmentRepository(database.tenant(identity)).find(id)
      if (!department) throw notFound()
      return sendVersioned(reply, department)
    },
  )

  app.put(
    '/:id',
    {
      config: { permission: 'department.write', problems: [404, 409, 412] },
      schema: { params, body: schemas.DepartmentReplacementSchema, response },
    },
    async (request, reply) =>
      sendVersioned(reply, await changes.replace(request, request.params.id, request.body)),
  )

  app.patch(
    '/:id',
    {
      config: { permission: 'department.write', problems: [404, 409, 412] },
      schema: { params, body: schemas.DepartmentPatchSchema, response },
    },
    async (request, reply) =>
      sendVersioned(reply, await changes.patch(request, request.params.id, request.body)),
  )

  app.delete(
    '/:id',
    {
      config: { permission: 'department.write', problems: [404, 412] },
      schema: { params, response },
    },
    async (request, reply) =>
      sendVersioned(reply, await changes.deactivate(request, request.params.id)),
  )

  app.post(
    '/:id/reactivate',
    {
      config: { permission: 'department.write', idempotent: true, problems: [404, 409, 412] },
      schema: { params, body: NoBodySchema, response },
    },
    async (request, reply) =>
      sendVersioned(reply, await changes.reactivate(request, reply, request.params.id)),
  )
}
