import { type CursorCodec, linkNext, type ServicePlugin, sendVersioned } from '@wardstone/service'
import type { FastifyRequest } from 'fastify'
import { createAppointment, type Desk } from './creation.ts'
import * as events from './events.ts'
import { listAppointments, searchAppointments } from './pages.ts'
import * as schemas from './schemas.ts'

export interface AppointmentRoutesOptions {
  desk: Desk
  cursors: CursorCodec
}

/** `/api/appointments`: the appointments of the caller's hospital. A read is answered once it is on record. */
export const appointmentRoutes: ServicePlugin<AppointmentRoutesOptions> = async (app, options) => {
  const { desk, cursors: codec } = options
  const { recordAudit } = app
  const shelf = ({ identity }: FastifyRequest) => ({
    tenant: desk.database.tenant(identity),
    codec,
  })
  const timeZone = ({ identity }: FastifyRequest) =>
    desk.directory.timeZone(desk.database.tenant(identity))

  app.get(
    '',
    {
      config: { permission: 'appointment.read' },
      schema: {
        querystring: schemas.AppointmentListQuerySchema,
        response: { 200: schemas.AppointmentPageSchema },
      },
    },
    async (request, reply) => {
      const { query } = request
      const hasDay = [query.from, query.to].some((moment) => moment?.length === 10)
      const zone = hasDay ? await timeZone(request) : 'UTC'
      const page = await listAppointments(shelf(request), query, zone)
      await recordAudit(events.appointmentsListed(request.identity, page.results))
      linkNext(request, reply, page)
      return page
    },
  )

  app.post(
    '',
    {
      config: { permission: 'appointment.write', idempotent: true, problems: [404, 409] },
      schema: {
        body: schemas.NewAppointmentSchema,
        response: { 201: schemas.AppointmentSchema },
      },
    },
    async (request, reply) => {
      const appointment = await createAppointment(desk, [request, reply], request.body)
      reply.code(201).header('location', `/api/appointments/${appointment.id}`)
      return sendVersioned(reply, appointment)
    },
  )

  const search = async (request: FastifyRequest, query: schemas.AppointmentSearch) => {
    const page = await searchAppointments(shelf(request), query)
    await recordAudit(events.appointmentsSearched(request.identity, page.results))
    return page
  }

  app.get(
    '/search',
    {
      config: { permission: 'appointment.read' },
      schema: {
        querystring: schemas.AppointmentSearchSchema,
        response: { 200: schemas.AppointmentPageSchema },
      },
    },
    (request) => search(request, request.query),
  )

  app.post(
    '/search',
    {
      config: { permission: 'appointment.read' },
      schema: {
        body: schemas.AppointmentSearchSchema,
        response: { 200: schemas.AppointmentPageSchema },
      },
    },
    (request) => search(request, request.body),
  )
}
