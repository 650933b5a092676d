import type { Tenant } from '@wardstone/tenancy'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { v7 as uuidv7 } from 'uuid'
import { newAppointment, participants } from '../appointments/booking.ts'
import type { Desk } from '../appointments/creation.ts'
import * as events from '../appointments/events.ts'
import { recorded } from '../appointments/failures.ts'
import { AppointmentRepository, type NewRow } from '../appointments/repository.ts'
import type { Appointment } from '../appointments/schemas.ts'
import type { Database } from '../database/schema.ts'
import { occurrences } from './recurrence.ts'
import type { NewSeries, Series } from './schemas.ts'

/** Books all appointments of a series, or none; once, if the request has a key. */
export function createSeries(
  { database, directory, keys, lines }: Desk,
  [request, reply]: [FastifyRequest, FastifyReply],
  { recurrence, ...body }: NewSeries,
): Promise<Series> {
  const { identity } = request
  const tenant = database.tenant(identity)
  const bookAll = () =>
    keys.once([request, reply], tenant, {
      prepare: () => participants(directory, tenant, body),
      change: (place, people) =>
        place.together(async (inside) => {
          const starts = occurrences(body.starts_at, recurrence, people.hospital.time_zone)
          const rows = starts.map((starts_at, index) => {
            const field = index === 0 ? 'starts_at' : 'recurrence'
            return newAppointment(people, { ...body, starts_at }, field)
          })
          return book(inside, rows)
        }),
      replayed: ({ results }) =>
        request.server.recordAudit(events.appointmentsListed(identity, results)),
    })
  return recorded(request, { action: 'appointment.created' }, () =>
    lines.run(`${tenant.hospitalId} ${body.doctor_id}`, bookAll),
  )
}

async function book(inside: Tenant<Database>, rows: readonly NewRow[]): Promise<Series> {
  const appointments = new AppointmentRepository(inside)
  const series_id = uuidv7()
  const results: Appointment[] = []
  await appointments.hold(rows.flatMap(({ doctor_id, patient_id }) => [doctor_id, patient_id]))
  for (const row of rows) {
    const event = events.appointmentCreated(inside.identity, row)
    results.push(await appointments.create({ ...row, series_id }, event))
  }
  return { series_id, results }
}
