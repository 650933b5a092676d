import type { Tenant } from '@wardstone/tenancy'
import type { FastifyRequest } from 'fastify'
import type { Database } from '../database/schema.ts'
import { appointmentNotFound, cannotMove, staleAppointment } from '../errors.ts'
import { checkHours, DURATION_MINUTES, participants, stretchOf } from './booking.ts'
import type { Desk } from './creation.ts'
import * as events from './events.ts'
import { recorded } from './failures.ts'
import { holding } from './holding.ts'
import { AppointmentRepository } from './repository.ts'
import type { Appointment, AppointmentPatch, AppointmentReplacement } from './schemas.ts'
import { isMovable } from './status.ts'

/** Every editable field. */
type Fields = Pick<
  Appointment,
  'doctor_id' | 'starts_at' | 'duration_minutes' | 'department_id' | 'type' | 'reason' | 'notes'
>

/** Changes of what an appointment says, and moves; one that does not come about is on record before it is answered. */
export class AppointmentEdits {
  readonly #desk: Desk

  constructor(desk: Desk) {
    this.#desk = desk
  }

  /** PUT: what the body does not say is emptied, or as in a new appointment. */
  replace(request: FastifyRequest, id: string, body: AppointmentReplacement): Promise<Appointment> {
    const { version: _, confirm_unavailable, ...said } = body
    const fields = {
      duration_minutes: DURATION_MINUTES,
      department_id: null,
      type: 'consultation',
      reason: null,
      notes: null,
      ...said,
    } as const
    return this.#edit(request, id, { fieldsOf: () => fields, confirm_unavailable })
  }

  /** PATCH: a JSON merge patch, applied to the appointment as it is when it is locked. */
  patch(request: FastifyRequest, id: string, body: AppointmentPatch): Promise<Appointment> {
    const { version: _, confirm_unavailable, ...said } = body
    const fieldsOf = (current: Appointment): Fields => ({ ...current, ...said })
    return this.#edit(request, id, { fieldsOf, confirm_unavailable })
  }

  #edit(
    request: FastifyRequest,
    id: string,
    edit: {
      fieldsOf: (current: Appointment) => Fields
      confirm_unavailable: boolean | undefined
    },
  ): Promise<Appointment> {
    const tenant = this.#desk.database.tenant(request.identity)
    return recorded(request, { action: 'appointment.updated', id }, async () => {
      const seen = await new AppointmentRepository(tenant).find(id)
      if (!seen) throw appointmentNotFound()
      const change = await this.#plan(tenant, seen, edit)
      return holding(request, tenant, id, async ({ appointments, current }) => {
        // The owners of the records were asked for the one that was seen.
        if (current.version !== seen.version) throw staleAppointment(current.version)
        if (change.isMove) await appointments.hold([change.set.doctor_id, seen.patient_id])
        return appointments.change(id, change)
      })
    })
  }

  async #plan(
    tenant: Tenant<Database>,
    seen: Appointment,
    {
      fieldsOf,
      confirm_unavailable,
    }: {
      fieldsOf: (current: Appointment) => Fields
      confirm_unavailable: boolean | undefined
    },
  ) {
    const { doctor_id, starts_at, duration_minutes, department_id, type, reason, notes } =
      fieldsOf(seen)
    const isMove =
      doctor_id !== seen.doctor_id ||
      Date.parse(starts_at) !== Date.parse(seen.starts_at) ||
      duration_minutes !== seen.duration_minutes
    const rest = { department_id, type, reason, notes }
    if (!isMove) {
      const set = { ...rest, doctor_id }
      return { isMove, set, ...told(tenant, seen, set, events.appointmentUpdated) }
    }
    if (!isMovable(seen.status)) throw cannotMove(seen.status)
    const stretch = stretchOf(starts_at, duration_minutes)
    const meeting = { patient_id: seen.patient_id, doctor_id }
    const people = await participants(this.#desk.directory, tenant, meeting)
    checkHours(people, stretch, confirm_unavailable)
    const set = { ...rest, doctor_id, ...stretch }
    return { isMove, set, ...told(tenant, seen, set, events.appointmentMoved) }
  }
}

/** The names of the fields that `set` changes. */
export function changedFields(seen: Appointment, set: Partial<Appointment>): string[] {
  return Object.entries(set)
    .filter(([field, value]) => seen[field as keyof Appointment] !== value)
    .map(([field]) => field)
}

function told(
  { identity }: Tenant<Database>,
  seen: Appointment,
  set: Partial<Appointment>,
  eventOf: typeof events.appointmentUpdated,
) {
  return { reason: null, event: eventOf(identity, seen, changedFields(seen, set)) }
}
