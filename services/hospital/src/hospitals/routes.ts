import {
  type CursorCodec,
  linkNext,
  type ServicePlugin,
  sendVersioned,
  toPage,
} from '@wardstone/service'
import type {
  HospitalCache,
  IdempotencyKeys,
  SystemDatabase,
  TenantDatabase,
} from '@wardstone/tenancy'
import type { Database } from '../database/schema.ts'
import { HospitalAccess } from './access.ts'
import { HospitalCreation } from './creation.ts'
import * as schemas from './schemas.ts'
import type { SystemHospitalRepository } from './system-repository.ts'

export interface HospitalRoutesOptions {
  database: TenantDatabase<Database>
  system: SystemDatabase<Database>
  everyHospital: SystemHospitalRepository
  profiles: HospitalCache<schemas.Hospital>
  idempotencyKeys: IdempotencyKeys
  cursors: CursorCodec
}

const LISTED = ['hospitals']

/** `/api/hospitals`: a public list, and each hospital for its members and the platform's administrators. */
export const hospitalRoutes: ServicePlugin<HospitalRoutesOptions> = async (app, options) => {
  const { everyHospital, cursors } = options
  const hospitals = new HospitalAccess({ ...options, recordAudit: app.recordAudit })
  const creation = new HospitalCreation(options.system, options.idempotencyKeys)

  app.get(
    '/',
    {
      config: { public: true },
      schema: {
        querystring: schemas.HospitalListQuerySchema,
        response: { 200: schemas.ListedHospitalPageSchema },
      },
    },
    async (request, reply) => {
      const { limit, cursor, count } = request.query
      const [after] = cursor === undefined ? [] : (cursors.decode(LISTED, cursor) as [string])
      const rows = await everyHospital.listed(limit + 1, after)
      const page = toPage(rows, limit, {
        codec: cursors,
        scope: LISTED,
        position: ({ name }) => [name],
      })
      linkNext(request, reply, page)
      return count ? { ...page, count: await everyHospital.countListed() } : page
    },
  )

  app.post(
    '/',
    {
      config: { permission: 'hospital.create', idempotent: true, problems: [409] },
      schema: {
        body: schemas.HospitalCreationSchema,
        response: { 201: schemas.CreatedHospitalSchema },
      },
    },
    async (request, reply) => {
      const hospital = await creation.create(request, reply, request.body)
      reply.code(201).header('location', `/api/hospitals/${hospital.id}`)
      return sendVersioned(reply, hospital)
    },
  )

  app.get(
    '/:id',
    {
      config: { permission: 'hospital.read', problems: [404] },
      schema: { params: schemas.HospitalParamsSchema, response: { 200: schemas.HospitalSchema } },
    },
    async (request, reply) =>
      sendVersioned(reply, await hospitals.find(request, request.params.id)),
  )

  app.patch(
    '/:id',
    {
      config: { permission: 'hospital.update', problems: [404, 409, 412] },
      schema: {
        params: schemas.HospitalParamsSchema,
        body: schemas.HospitalPatchSchema,
        response: { 200: schemas.HospitalSchema },
      },
    },
    async (request, reply) =>
      sendVersioned(reply, await hospitals.patch(request, request.params.id, request.body)),
  )
}
