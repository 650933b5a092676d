import { type ServicePlugin, sendVersioned } from '@wardstone/service'
import type { FastifyRequest } from 'fastify'
import { appointmentNotFound } from '../errors.ts'
import type { Desk } from './creation.ts'
import * as events from './events.ts'
import { recorded } from './failures.ts'
import { AppointmentRepository } from './repository.ts'
import * as schemas from './schemas.ts'

interface ReadingRoutesOptions {
  desk: Pick<Desk, 'database'>
}

/** `/api/appointments/:id`: one appointment of the caller's hospital, and what became of it. */
export const readingRoutes: ServicePlugin<ReadingRoutesOptions> = async (app, { desk }) => {
  const read = (request: FastifyRequest, id: string) =>
    recorded(request, { action: 'appointment.read', id }, async () => {
      const appointments = new AppointmentRepository(desk.database.tenant(request.identity))
      const appointment = await appointments.find(id)
      if (!appointment) throw appointmentNotFound()
      await app.recordAudit(events.appointmentRead(request.identity, appointment))
      return { appointment, appointments }
    })

  app.get(
    '/:id',
    {
      // A name is not told by the version.
      config: { permission: 'appointment.read', problems: [404], alwaysWhole: true },
      schema: {
        params: schemas.AppointmentParamsSchema,
        response: { 200: schemas.AppointmentSchema },
      },
    },
    async (request, reply) => {
      const { appointment } = await read(request, request.params.id)
      return sendVersioned(reply, appointment)
    },
  )

  app.get(
    '/:id/history',
    {
      config: { permission: 'appointment.read', problems: [404] },
      schema: {
        params: schemas.AppointmentParamsSchema,
        response: { 200: schemas.AppointmentHistorySchema },
      },
    },
    async (request) => {
      const { appointments } = await read(request, request.params.id)
      return { results: await appointments.history(request.params.id) }
    },
  )
}
