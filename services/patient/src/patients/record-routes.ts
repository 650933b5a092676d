import { type ServicePlugin, sendVersioned } from '@wardstone/service'
import type { IdempotencyKeys, TenantDatabase } from '@wardstone/tenancy'
import type { Database } from '../database/schema.ts'
import { PatientChanges } from './changes.ts'
import { readPatient } from './reading.ts'
import * as schemas from './schemas.ts'

interface RecordRoutesOptions {
  database: TenantDatabase<Database>
  keys: IdempotencyKeys
}

/** `/api/patients/:id`: the record of one patient of the caller's hospital. */
export const recordRoutes: ServicePlugin<RecordRoutesOptions> = async (app, options) => {
  const { database } = options
  const { recordAudit } = app
  const changes = new PatientChanges(options, recordAudit)

  app.get(
    '/:id',
    {
      config: { permission: 'patient.read', problems: [404] },
      schema: { params: schemas.PatientParamsSchema, response: { 200: schemas.PatientSchema } },
    },
    async ({ identity, params }, reply) =>
      sendVersioned(reply, await readPatient(database.tenant(identity), recordAudit, params.id)),
  )

  app.put(
    '/:id',
    {
      config: { permission: 'patient.write', problems: [404, 412] },
      schema: {
        params: schemas.PatientParamsSchema,
        body: schemas.PatientReplacementSchema,
        response: { 200: schemas.PatientSchema },
      },
    },
    async (request, reply) =>
      sendVersioned(reply, await changes.replace(request, request.params.id, request.body)),
  )

  app.patch(
    '/:id',
    {
      config: { permission: 'patient.write', problems: [404, 412] },
      schema: {
        params: schemas.PatientParamsSchema,
        body: schemas.PatientPatchSchema,
        response: { 200: schemas.PatientSchema },
      },
    },
    async (request, reply) =>
      sendVersioned(reply, await changes.patch(request, request.params.id, request.body)),
  )

  app.delete(
    '/:id',
    {
      config: { permission: 'patient.deactivate', problems: [404, 412] },
      schema: { params: schemas.PatientParamsSchema, response: { 200: schemas.PatientSchema } },
    },
    async (request, reply) =>
      sendVersioned(reply, await changes.deactivate(request, request.params.id)),
  )

  app.post(
    '/:id/reactivate',
    {
      config: { permission: 'patient.deactivate', idempotent: true, problems: [404, 409, 412] },
      schema: {
        params: schemas.PatientParamsSchema,
        body: schemas.NoBodySchema,
        response: { 200: schemas.PatientSchema },
      },
    },
    async (request, reply) =>
      sendVersioned(reply, await changes.reactivate(request, reply, request.params.id)),
  )
}
