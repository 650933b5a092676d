import type { Tenant } from '@wardstone/tenancy'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { checkHours, participants, stretchOf } from '../appointments/booking.ts'
import type { Desk } from '../appointments/creation.ts'
import { changedFields } from '../appointments/edits.ts'
import * as events from '../appointments/events.ts'
import { recorded } from '../appointments/failures.ts'
import { type AppointmentChange, AppointmentRepository } from '../appointments/repository.ts'
import type { Appointment } from '../appointments/schemas.ts'
import type { Database } from '../database/schema.ts'
import { appointmentNotFound, notOfSeries } from '../errors.ts'
import { movedAlong } from './recurrence.ts'
import { SeriesRepository } from './repository.ts'
import type { Series, SeriesCancellation, SeriesPatch } from './schemas.ts'

type Change = (each: Appointment) => AppointmentChange

/** Changes to several appointments of a series: all of them, or none. What has begun or is over stays. */
export class SeriesChanges {
  readonly #desk: Desk

  constructor(desk: Desk) {
    this.#desk = desk
  }

  /** Moves and changes this appointment and others of its series. */
  patch(request: FastifyRequest, id: string, patch: SeriesPatch): Promise<Series> {
    const { scope, confirm_unavailable, ...said } = patch
    return recorded(request, { action: 'appointment.updated', id }, async () => {
      const tenant = this.#desk.database.tenant(request.identity)
      const seen = await this.#seen(tenant, id)
      const { doctor_id = seen.doctor_id } = said
      const people = await participants(this.#desk.directory, tenant, { ...seen, doctor_id })
      const moved = said.starts_at ?? seen.starts_at
      const change: Change = (each) => {
        const along = { from: seen.starts_at, to: moved }
        const starts_at = movedAlong(each.starts_at, along, people.hospital.time_zone)
        const stretch = stretchOf(starts_at, said.duration_minutes ?? each.duration_minutes)
        checkHours(people, stretch, confirm_unavailable)
        const { department_id = each.department_id, type = each.type } = said
        const { reason = each.reason, notes = each.notes } = said
        const set = { doctor_id, ...stretch, department_id, type, reason, notes }
        return changeTo(tenant, each, set)
      }
      const order = moved > seen.starts_at ? 'desc' : 'asc'
      return changeAll(tenant, { seen, scope, order, doctors: [doctor_id] }, change)
    })
  }

  /** Cancels this appointment and others of its series; once, if the request has a key. */
  cancel(
    [request, reply]: [FastifyRequest, FastifyReply],
    id: string,
    { scope, reason = null }: SeriesCancellation,
  ): Promise<Series> {
    const { identity } = request
    return recorded(request, { action: 'appointment.cancelled', id }, async () => {
      const tenant = this.#desk.database.tenant(identity)
      const seen = await this.#seen(tenant, id)
      const change: Change = (each) => ({
        set: { status: 'cancelled' },
        reason,
        event: events.appointmentCancelled(identity, each, ['status']),
      })
      return this.#desk.keys.once([request, reply], tenant, {
        change: (place) => changeAll(place, { seen, scope, order: 'asc', doctors: [] }, change),
        replayed: ({ results }) =>
          request.server.recordAudit(events.appointmentsListed(identity, results)),
      })
    })
  }

  async #seen(tenant: Tenant<Database>, id: string): Promise<Appointment> {
    const seen = await new AppointmentRepository(tenant).find(id)
    if (!seen) throw appointmentNotFound()
    if (seen.series_id === null) throw notOfSeries()
    return seen
  }
}

function changeTo(
  { identity }: Tenant<Database>,
  each: Appointment,
  set: Partial<Appointment>,
): AppointmentChange {
  const fields = changedFields(each, set)
  const isMove = fields.some((field) => ['doctor_id', 'starts_at', 'ends_at'].includes(field))
  const eventOf = isMove ? events.appointmentMoved : events.appointmentUpdated
  return { set, reason: null, event: eventOf(identity, each, fields) }
}

/** Which of a series, and whom else it touches. */
interface Extent {
  seen: Appointment
  scope: SeriesPatch['scope']
  /** Those that move later go from the last to the first, so that none is in the way of another. */
  order: 'asc' | 'desc'
  doctors: readonly string[]
}

function changeAll(
  tenant: Tenant<Database>,
  { seen, scope, order, doctors }: Extent,
  change: Change,
): Promise<Series> {
  const series_id = seen.series_id as string
  return tenant.together(async (inside) => {
    const from = scope === 'all' ? undefined : seen.starts_at
    const open = await new SeriesRepository(inside).lockOpen(series_id, from)
    const appointments = new AppointmentRepository(inside)
    await appointments.hold([...doctors, seen.patient_id])
    const results: Appointment[] = []
    for (const each of order === 'asc' ? open : open.toReversed()) {
      results.push(await appointments.change(each.id, change(each)))
    }
    return { series_id, results: order === 'asc' ? results : results.toReversed() }
  })
}
