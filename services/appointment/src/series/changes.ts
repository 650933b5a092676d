import { expectedVersion } from '@wardstone/service'
import type { Tenant } from '@wardstone/tenancy'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { checkHours, departmentOf, participants, stretchOf } from '../appointments/booking.ts'
import type { Desk } from '../appointments/creation.ts'
import { changedFields } from '../appointments/edits.ts'
import * as events from '../appointments/events.ts'
import { recorded } from '../appointments/failures.ts'
import { type AppointmentChange, AppointmentRepository } from '../appointments/repository.ts'
import type { Appointment } from '../appointments/schemas.ts'
import type { Database } from '../database/schema.ts'
import { appointmentNotFound, notOfSeries, staleAppointment } from '../errors.ts'
import { movedAlong } from './recurrence.ts'
import { SeriesRepository } from './repository.ts'
import type { Series, SeriesCancellation, SeriesPatch } from './schemas.ts'

/** @param anchor the appointment that was asked for, as it is now */
type Change = (each: Appointment, anchor: Appointment) => AppointmentChange

/** What has others asked, and the hours looked at. */
const MOVING = ['doctor_id', 'starts_at', 'duration_minutes', 'department_id'] as const

/** Changes to several appointments of a series: all of them, or none. What has begun or is over stays. */
export class SeriesChanges {
  readonly #desk: Desk

  constructor(desk: Desk) {
    this.#desk = desk
  }

  /** Moves and changes this appointment and others of its series. */
  patch(request: FastifyRequest, id: string, patch: SeriesPatch): Promise<Series> {
    const { scope, type, reason, notes } = patch
    return recorded(request, { action: 'appointment.updated', id }, async () => {
      const tenant = this.#desk.database.tenant(request.identity)
      const seen = await this.#seen(tenant, id)
      const move = MOVING.some((field) => patch[field] !== undefined)
        ? await this.#move(tenant, seen, patch)
        : () => ({})
      const rest = said({ type, reason, notes })
      const change: Change = (each, anchor) =>
        changeTo(tenant, each, { ...rest, ...move(each, anchor) })
      const isLater = Date.parse(patch.starts_at ?? seen.starts_at) > Date.parse(seen.starts_at)
      const extent = {
        seen,
        scope,
        order: isLater ? ('desc' as const) : ('asc' as const),
        doctors: [seen.doctor_id, patch.doctor_id ?? seen.doctor_id],
        version: expectedVersion(request),
      }
      return changeAll(tenant, extent, change)
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
      const version = expectedVersion(request)
      const extent = { seen, scope, order: 'asc' as const, doctors: [], version }
      return this.#desk.keys.once([request, reply], tenant, {
        change: (place) => changeAll(place, extent, change),
        replayed: ({ results }) =>
          request.server.recordAudit(events.appointmentsListed(identity, results)),
      })
    })
  }

  /** What a move makes of each, as the one that is asked for is moved. */
  async #move(
    tenant: Tenant<Database>,
    seen: Appointment,
    { doctor_id, starts_at, duration_minutes, department_id, confirm_unavailable }: SeriesPatch,
  ): Promise<(each: Appointment, anchor: Appointment) => Partial<Appointment>> {
    const whom = { patient_id: seen.patient_id, doctor_id: doctor_id ?? seen.doctor_id }
    const people = await participants(this.#desk.directory, tenant, whom)
    return (each, anchor) => {
      const along = { from: anchor.starts_at, to: starts_at ?? anchor.starts_at }
      const start = movedAlong(each.starts_at, along, people.hospital.time_zone)
      const stretch = stretchOf(start, duration_minutes ?? each.duration_minutes)
      checkHours(people, stretch, confirm_unavailable)
      const stays = doctor_id === undefined || doctor_id === each.doctor_id
      const at = department_id === undefined && stays ? each.department_id : department_id
      return {
        doctor_id: doctor_id ?? each.doctor_id,
        ...stretch,
        department_id: at === each.department_id ? at : departmentOf(people, at),
      }
    }
  }

  async #seen(tenant: Tenant<Database>, id: string): Promise<Appointment> {
    const seen = await new AppointmentRepository(tenant).find(id)
    if (!seen) throw appointmentNotFound()
    if (seen.series_id === null) throw notOfSeries()
    return seen
  }
}

/** Those fields that are said. */
function said<T extends object>(fields: T): Partial<T> {
  return Object.fromEntries(
    Object.entries(fields).filter(([, value]) => value !== undefined),
  ) as Partial<T>
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
  /** Of the one that is asked for, if the request is meant for one. */
  version: number | undefined
}

function changeAll(
  tenant: Tenant<Database>,
  { seen, scope, order, doctors, version }: Extent,
  change: Change,
): Promise<Series> {
  const series_id = seen.series_id as string
  return tenant.together(async (inside) => {
    const from = scope === 'all' ? undefined : seen.starts_at
    const open = await new SeriesRepository(inside).lockOpen(series_id, from)
    const appointments = new AppointmentRepository(inside)
    await appointments.hold([...doctors, seen.patient_id])
    const anchor = open.find(({ id }) => id === seen.id) ?? seen
    if (version !== undefined && version !== anchor.version) throw staleAppointment(anchor.version)
    const results: Appointment[] = []
    for (const each of order === 'asc' ? open : open.toReversed()) {
      results.push(await appointments.change(each, change(each, anchor)))
    }
    return { series_id, results: order === 'asc' ? results : results.toReversed() }
  })
}
