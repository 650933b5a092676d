import { type CursorCodec, linkNext, type ServicePlugin, sendVersioned } from '@wardstone/service'
import type { IdempotencyKeys, TenantDatabase } from '@wardstone/tenancy'
import type { FastifyRequest } from 'fastify'
import type { Database } from '../database/schema.ts'
import { DoctorChanges } from './changes.ts'
import { listDoctors, searchDoctors } from './pages.ts'
import * as schemas from './schemas.ts'
import { DoctorStatsRepository } from './stats-repository.ts'

export interface DoctorRoutesOptions {
  database: TenantDatabase<Database>
  idempotencyKeys: IdempotencyKeys
  cursors: CursorCodec
}

/** `/api/doctors`: the doctors of the caller's hospital. */
export const doctorRoutes: ServicePlugin<DoctorRoutesOptions> = async (app, options) => {
  const { database, idempotencyKeys, cursors } = options
  const changes = new DoctorChanges(database, idempotencyKeys)
  const tenant = (request: FastifyRequest) => database.tenant(request.identity)

  app.get(
    '',
    {
      config: { permission: 'doctor.read' },
      schema: {
        querystring: schemas.DoctorListQuerySchema,
        response: { 200: schemas.DoctorPageSchema },
      },
    },
    async (request, reply) => {
      const page = await listDoctors(tenant(request), cursors, request.query)
      linkNext(request, reply, page)
      return page
    },
  )

  app.post(
    '',
    {
      config: { permission: 'doctor.write', idempotent: true, problems: [409] },
      schema: { body: schemas.NewDoctorSchema, response: { 201: schemas.DoctorSchema } },
    },
    async (request, reply) => {
      const doctor = await changes.create(request, reply, request.body)
      reply.code(201).header('location', `/api/doctors/${doctor.id}`)
      return sendVersioned(reply, doctor)
    },
  )

  app.get(
    '/search',
    {
      config: { permission: 'doctor.read' },
      schema: {
        querystring: schemas.DoctorSearchSchema,
        response: { 200: schemas.DoctorPageSchema },
      },
    },
    (request) => searchDoctors(tenant(request), cursors, request.query),
  )

  app.post(
    '/search',
    {
      config: { permission: 'doctor.read' },
      schema: {
        body: schemas.DoctorSearchSchema,
        response: { 200: schemas.DoctorPageSchema },
      },
    },
    (request) => searchDoctors(tenant(request), cursors, request.body),
  )

  app.get(
    '/stats',
    {
      config: { permission: 'doctor.read' },
      schema: { response: { 200: schemas.DoctorStatsSchema } },
    },
    (request) => new DoctorStatsRepository(tenant(request)).stats(),
  )
}
