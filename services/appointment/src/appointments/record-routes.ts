import { type ServicePlugin, sendVersioned } from '@wardstone/service'
import type { Desk } from './creation.ts'
import { AppointmentEdits } from './edits.ts'
import * as schemas from './schemas.ts'
import { AppointmentTransitions } from './transitions.ts'

interface RecordRoutesOptions {
  desk: Desk
}

/** `/api/appointments/:id`: changes of one appointment of the caller's hospital. */
export const recordRoutes: ServicePlugin<RecordRoutesOptions> = async (app, { desk }) => {
  const edits = new AppointmentEdits(desk)
  const transitions = new AppointmentTransitions(desk)

  app.put(
    '/:id',
    {
      config: { permission: 'appointment.write', problems: [404, 409, 412] },
      schema: {
        params: schemas.AppointmentParamsSchema,
        body: schemas.AppointmentReplacementSchema,
        response: { 200: schemas.AppointmentSchema },
      },
    },
    async (request, reply) =>
      sendVersioned(reply, await edits.replace(request, request.params.id, request.body)),
  )

  app.patch(
    '/:id',
    {
      config: { permission: 'appointment.write', problems: [404, 409, 412] },
      schema: {
        params: schemas.AppointmentParamsSchema,
        body: schemas.AppointmentPatchSchema,
        response: { 200: schemas.AppointmentSchema },
      },
    },
    async (request, reply) =>
      sendVersioned(reply, await edits.patch(request, request.params.id, request.body)),
  )

  app.delete(
    '/:id',
    {
      config: { permission: 'appointment.write', problems: [404, 409, 412] },
      schema: {
        params: schemas.AppointmentParamsSchema,
        response: { 200: schemas.AppointmentSchema },
      },
    },
    async (request, reply) =>
      sendVersioned(reply, await transitions.cancel(request, request.params.id)),
  )

  app.post(
    '/:id/transitions',
    {
      config: { permission: 'appointment.write', idempotent: true, problems: [404, 409, 412] },
      schema: {
        params: schemas.AppointmentParamsSchema,
        body: schemas.TransitionSchema,
        response: { 200: schemas.AppointmentSchema },
      },
    },
    async (request, reply) =>
      sendVersioned(
        reply,
        await transitions.make([request, reply], request.params.id, request.body),
      ),
  )
}
