import {
  type CursorCodec,
  type Lines,
  linkNext,
  type ServicePlugin,
  sendVersioned,
} from '@wardstone/service'
import type { IdempotencyKeys, TenantDatabase } from '@wardstone/tenancy'
import type { FastifyRequest } from 'fastify'
import type { Database } from '../database/schema.ts'
import * as events from './events.ts'
import { listPatients, searchPatients } from './pages.ts'
import { PatientRegistration } from './registration.ts'
import * as schemas from './schemas.ts'
import { PatientStatsRepository } from './stats-repository.ts'

export interface PatientRoutesOptions {
  database: TenantDatabase<Database>
  keys: IdempotencyKeys
  lines: Lines
  cursors: CursorCodec
}

/** `/api/patients`: the patients of the caller's hospital. A read is answered once it is on record. */
export const patientRoutes: ServicePlugin<PatientRoutesOptions> = async (app, options) => {
  const { database, cursors } = options
  const { recordAudit } = app
  const registration = new PatientRegistration(options)
  const tenant = (request: FastifyRequest) => database.tenant(request.identity)

  app.get(
    '',
    {
      config: { permission: 'patient.read' },
      schema: {
        querystring: schemas.PatientListQuerySchema,
        response: { 200: schemas.PatientPageSchema },
      },
    },
    async (request, reply) => {
      const page = await listPatients(tenant(request), cursors, request.query)
      await recordAudit(events.patientsListed(request.identity, idsOf(page)))
      linkNext(request, reply, page)
      return page
    },
  )

  app.post(
    '',
    {
      config: { permission: 'patient.write', idempotent: true, problems: [409] },
      schema: { body: schemas.NewPatientSchema, response: { 201: schemas.PatientSchema } },
    },
    async (request, reply) => {
      const patient = await registration.register(request, reply, request.body)
      reply.code(201).header('location', `/api/patients/${patient.id}`)
      return sendVersioned(reply, patient)
    },
  )

  const search = async (request: FastifyRequest, query: schemas.PatientSearch) => {
    const page = await searchPatients(tenant(request), cursors, query)
    await recordAudit(events.patientsSearched(request.identity, idsOf(page)))
    return page
  }

  app.get(
    '/search',
    {
      config: { permission: 'patient.read' },
      schema: {
        querystring: schemas.PatientSearchSchema,
        response: { 200: schemas.PatientPageSchema },
      },
    },
    (request) => search(request, request.query),
  )

  app.post(
    '/search',
    {
      config: { permission: 'patient.read' },
      schema: { body: schemas.PatientSearchSchema, response: { 200: schemas.PatientPageSchema } },
    },
    (request) => search(request, request.body),
  )

  app.get(
    '/stats',
    {
      config: { permission: 'patient.read' },
      schema: { response: { 200: schemas.PatientStatsSchema } },
    },
    async (request) => {
      const stats = await new PatientStatsRepository(tenant(request)).stats()
      await recordAudit(events.patientStatsRead(request.identity))
      return stats
    },
  )
}

function idsOf(page: { results: { id: string }[] }): string[] {
  return page.results.map(({ id }) => id)
}
