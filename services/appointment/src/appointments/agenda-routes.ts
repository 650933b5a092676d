import { linkNext, type ServicePlugin } from '@wardstone/service'
import type { FastifyRequest } from 'fastify'
import { dayOf, stretchOfDay, textOf } from '../slots/days.ts'
import * as events from './events.ts'
import { listAgenda } from './pages.ts'
import type { AppointmentRoutesOptions } from './routes.ts'
import * as schemas from './schemas.ts'
import { AppointmentStatsRepository } from './stats-repository.ts'

/** `/api/appointments/today`, `/upcoming` and `/stats`: the hospital's day, by its own clock. */
export const agendaRoutes: ServicePlugin<AppointmentRoutesOptions> = async (app, options) => {
  const { desk, cursors: codec } = options
  const { recordAudit } = app
  const shelf = ({ identity }: FastifyRequest) => ({
    tenant: desk.database.tenant(identity),
    codec,
  })
  const today = async (request: FastifyRequest) => {
    const zone = await desk.directory.timeZone(shelf(request).tenant)
    const { start, end } = stretchOfDay(dayOf(new Date(), zone), zone)
    return { start: textOf(start), end: textOf(end) }
  }

  app.get(
    '/today',
    {
      config: { permission: 'appointment.read' },
      schema: {
        querystring: schemas.AgendaQuerySchema,
        response: { 200: schemas.AppointmentPageSchema },
      },
    },
    async (request, reply) => {
      const { start: from, end: to } = await today(request)
      const page = await listAgenda(shelf(request), request.query, { name: 'today', from, to })
      await recordAudit(events.appointmentsListed(request.identity, page.results))
      linkNext(request, reply, page)
      return page
    },
  )

  app.get(
    '/upcoming',
    {
      config: { permission: 'appointment.read' },
      schema: {
        querystring: schemas.AgendaQuerySchema,
        response: { 200: schemas.AppointmentPageSchema },
      },
    },
    async (request, reply) => {
      const page = await listAgenda(shelf(request), request.query, {
        name: 'upcoming',
        from: new Date().toISOString(),
        statuses: ['scheduled', 'confirmed'],
      })
      await recordAudit(events.appointmentsListed(request.identity, page.results))
      linkNext(request, reply, page)
      return page
    },
  )

  app.get(
    '/stats',
    {
      config: { permission: 'appointment.read' },
      schema: { response: { 200: schemas.AppointmentStatsSchema } },
    },
    async (request) => {
      const { tenant } = shelf(request)
      const stats = await new AppointmentStatsRepository(tenant).stats(await today(request))
      await recordAudit(events.appointmentStatsRead(request.identity))
      return stats
    },
  )
}
