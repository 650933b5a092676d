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
  const bookAll = async () => {
    const asked = participants(directory, tenant, body)
    await asked.catch(() => undefined)
    return keys.once([request, reply], tenant, {
      change: (place) =>
        place.together(async (inside) => {
          const people = await asked
          const { time_zone } = people.hospital
          const rows = occurrences(body.starts_at, recurrence, time_zone).map((starts_at) =>
            newAppointment(people, { ...body, starts_at }),
          )
          return book(inside, rows)
        }),
      replayed: ({ results }) =>
        request.server.recordAudit(events.appointmentsListed(identity, results)),
    })
  }
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
