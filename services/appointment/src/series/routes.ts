import type { ServicePlugin } from '@wardstone/service'
import type { Desk } from '../appointments/creation.ts'
import { AppointmentParamsSchema } from '../appointments/schemas.ts'
import { SeriesChanges } from './changes.ts'
import { createSeries } from './creation.ts'
import * as schemas from './schemas.ts'

interface SeriesRoutesOptions {
  desk: Desk
}

/** `/api/appointments/series` and `/api/appointments/:id/series`: appointments that repeat. */
export const seriesRoutes: ServicePlugin<SeriesRoutesOptions> = async (app, { desk }) => {
  const changes = new SeriesChanges(desk)

  app.post(
    '/series',
    {
      config: { permission: 'appointment.write', idempotent: true, problems: [404, 409] },
      schema: { body: schemas.NewSeriesSchema, response: { 201: schemas.SeriesSchema } },
    },
    async (request, reply) => {
      reply.code(201)
      return createSeries(desk, [request, reply], request.body)
    },
  )

  app.patch(
    '/:id/series',
    {
      config: { permission: 'appointment.write', problems: [404, 409, 412] },
      schema: {
        params: AppointmentParamsSchema,
        body: schemas.SeriesPatchSchema,
        response: { 200: schemas.SeriesSchema },
      },
    },
    (request) => changes.patch(request, request.params.id, request.body),
  )

  app.post(
    '/:id/series/cancel',
    {
      config: { permission: 'appointment.write', idempotent: true, problems: [404, 409, 412] },
      schema: {
        params: AppointmentParamsSchema,
        body: schemas.SeriesCancellationSchema,
        response: { 200: schemas.SeriesSchema },
      },
    },
    (request, reply) => changes.cancel([request, reply], request.params.id, request.body),
  )
}
