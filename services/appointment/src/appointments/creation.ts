import type { IdempotencyKeys, TenantDatabase } from '@wardstone/tenancy'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { v7 as uuidv7 } from 'uuid'
import type { Database } from '../database/schema.ts'
import type { Directory } from '../references/directory.ts'
import { checkMeeting, DURATION_MINUTES, stretchOf } from './booking.ts'
import * as events from './events.ts'
import { recorded } from './failures.ts'
import { AppointmentRepository, type NewRow } from './repository.ts'
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
    const planned = plan()
    // Asked before the transaction, for it holds a connection; told inside, so that a repetition is answered as before.
    await planned.catch(() => undefined)
    return keys.once([request, reply], tenant, {
      change: (place) =>
        place.together(async (inside) => {
          const row = await planned
          const appointments = new AppointmentRepository(inside)
          await appointments.hold([row.doctor_id, row.patient_id])
          return appointments.create(row, events.appointmentCreated(identity, row))
        }),
      replayed: (appointment) =>
        request.server.recordAudit(events.appointmentRead(identity, appointment)),
    })
  })

  async function plan(): Promise<NewRow> {
    const { confirm_unavailable, duration_minutes = DURATION_MINUTES, ...fields } = body
    const meeting = { ...fields, ...stretchOf(fields.starts_at, duration_minutes) }
    const { doctor } = await checkMeeting(directory, tenant, meeting, confirm_unavailable)
    return {
      id: uuidv7(),
      ...meeting,
      type: fields.type ?? 'consultation',
      department_id: fields.department_id ?? doctor.department_id,
      reason: fields.reason ?? null,
      notes: fields.notes ?? null,
    }
  }
}
