import { type CursorCodec, linkNext, type ServicePlugin, sendVersioned } from '@wardstone/service'
import type { IdempotencyKeys, TenantDatabase } from '@wardstone/tenancy'
import type { FastifyRequest } from 'fastify'
import type { Database } from '../database/schema.ts'
import { DepartmentChanges } from './changes.ts'
import { listDepartments, searchDepartments } from './pages.ts'
import { DepartmentRepository } from './repository.ts'
import * as schemas from './schemas.ts'

export interface DepartmentRoutesOptions {
  database: TenantDatabase<Database>
  idempotencyKeys: IdempotencyKeys
  cursors: CursorCodec
}

/** `/api/departments`: the departments of the caller's hospital. */
export const departmentRoutes: ServicePlugin<DepartmentRoutesOptions> = async (app, options) => {
  const { database, idempotencyKeys, cursors } = options
  const changes = new DepartmentChanges(database, idempotencyKeys)
  const tenant = (request: FastifyRequest) => database.tenant(request.identity)

  app.get(
    '',
    {
      config: { permission: 'department.read' },
      schema: {
        querystring: schemas.DepartmentListQuerySchema,
        response: { 200: schemas.DepartmentPageSchema },
      },
    },
    async (request, reply) => {
      const page = await listDepartments(tenant(request), cursors, request.query)
      linkNext(request, reply, page)
      return page
    },
  )

  app.post(
    '',
    {
      config: { permission: 'department.write', idempotent: true, problems: [409] },
      schema: { body: schemas.NewDepartmentSchema, response: { 201: schemas.DepartmentSchema } },
    },
    async (request, reply) => {
      const department = await changes.create(request, reply, request.body)
      reply.code(201).header('location', `/api/departments/${department.id}`)
      return sendVersioned(reply, department)
    },
  )

  app.get(
    '/search',
    {
      config: { permission: 'department.read' },
      schema: {
        querystring: schemas.DepartmentSearchSchema,
        response: { 200: schemas.DepartmentPageSchema },
      },
    },
    (request) => searchDepartments(tenant(request), cursors, request.query),
  )

  app.post(
    '/search',
    {
      config: { permission: 'department.read' },
      schema: {
        body: schemas.DepartmentSearchSchema,
        response: { 200: schemas.DepartmentPageSchema },
      },
    },
    (request) => searchDepartments(tenant(request), cursors, request.body),
  )

  app.get(
    '/stats',
    {
      config: { permission: 'department.read' },
      schema: { response: { 200: schemas.DepartmentStatsSchema } },
    },
    (request) => new DepartmentRepository(tenant(request)).stats(),
  )
}
