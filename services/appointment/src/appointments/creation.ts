import type { Lines } from '@wardstone/service'
import type { IdempotencyKeys, Tenant, TenantDatabase } from '@wardstone/tenancy'
import type { FastifyReply, FastifyRequest } from 'fastify'
import type { Database } from '../database/schema.ts'
import { slotTaken } from '../errors.ts'
import type { Directory } from '../references/directory.ts'
import { newAppointment, participants, stretchOf } from './booking.ts'
import * as events from './events.ts'
import { recorded } from './failures.ts'
import { AppointmentRepository } from './repository.ts'
import type { Appointment, NewAppointment } from './schemas.ts'

/** What any appointment takes, in minutes. */
const SHORTEST = 5

/** What changes of appointments need. */
export interface Desk {
  database: TenantDatabase<Database>
  directory: Directory
  keys: IdempotencyKeys
  /** Of those who want to book the same doctor. */
  lines: Lines
}

/** Books an appointment; once, if the request has a key. */
export function createAppointment(
  { database, directory, keys, lines }: Desk,
  [request, reply]: [FastifyRequest, FastifyReply],
  body: NewAppointment,
): Promise<Appointment> {
  const { identity } = request
  const tenant = database.tenant(identity)
  const book = () =>
    keys.once([request, reply], tenant, {
      prepare: async () => {
        await refuseTaken(tenant, body)
        return participants(directory, tenant, body)
      },
      change: (place, people) =>
        place.together(async (inside) => {
          const row = newAppointment(people, body)
          const appointments = new AppointmentRepository(inside)
          await appointments.hold([row.doctor_id, row.patient_id])
          return appointments.create(row, events.appointmentCreated(identity, row))
        }),
      replayed: (appointment) =>
        request.server.recordAudit(events.appointmentRead(identity, appointment)),
    })
  return recorded(request, { action: 'appointment.created' }, () =>
    lines.run(`${tenant.hospitalId} ${body.doctor_id}`, book),
  )
}

/** One look, before anybody is asked and anything is locked: of a crowd that wants one slot all but one end here. */
async function refuseTaken(tenant: Tenant<Database>, body: NewAppointment): Promise<void> {
  const { starts_at, ends_at } = stretchOf(body.starts_at, body.duration_minutes ?? SHORTEST)
  const taken = await new AppointmentRepository(tenant).taken(body.doctor_id, starts_at, ends_at)
  if (taken.length > 0) throw slotTaken('doctor', starts_at)
}
