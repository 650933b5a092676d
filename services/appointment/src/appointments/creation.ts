import type { IdempotencyKeys, TenantDatabase } from '@wardstone/tenancy'
import type { FastifyReply, FastifyRequest } from 'fastify'
import type { Database } from '../database/schema.ts'
import type { Directory } from '../references/directory.ts'
import { newAppointment, participants } from './booking.ts'
import * as events from './events.ts'
import { recorded } from './failures.ts'
import { AppointmentRepository } from './repository.ts'
import type { Appointment, NewAppointment } from './schemas.ts'

/** What changes of appointments need. */
export interface Desk {
  database: TenantDatabase<Database>
  directory: Directory
  keys: IdempotencyKeys
}

/** Books an appointment; once, if the request has a key. */
export function createAppointment(
  { database, directory, keys }: Desk,
  [request, reply]: [FastifyRequest, FastifyReply],
  body: NewAppointment,
): Promise<Appointment> {
  const { identity } = request
  const tenant = database.tenant(identity)
  return recorded(request, { action: 'appointment.created' }, async () => {
    const asked = participants(directory, tenant, body)
    // Asked before the transaction, for it holds a connection; told inside, so that a repetition is answered as before.
    await asked.catch(() => undefined)
    return keys.once([request, reply], tenant, {
      change: (place) =>
        place.together(async (inside) => {
          const row = newAppointment(await asked, body)
          const appointments = new AppointmentRepository(inside)
          await appointments.hold([row.doctor_id, row.patient_id])
          return appointments.create(row, events.appointmentCreated(identity, row))
        }),
      replayed: (appointment) =>
        request.server.recordAudit(events.appointmentRead(identity, appointment)),
    })
  })
}
