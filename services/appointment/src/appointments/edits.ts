import { expectedVersion, ProblemError } from '@wardstone/service'
import type { Tenant } from '@wardstone/tenancy'
import type { FastifyRequest } from 'fastify'
import type { Database } from '../database/schema.ts'
import { appointmentNotFound, cannotMove, staleAppointment } from '../errors.ts'
import { checkHours, departmentOf, participants, stretchOf } from './booking.ts'
import type { Desk } from './creation.ts'
import * as events from './events.ts'
import { recorded } from './failures.ts'
import { holding } from './holding.ts'
import { type AppointmentChange, AppointmentRepository } from './repository.ts'
import type { Appointment, AppointmentPatch, AppointmentReplacement } from './schemas.ts'
import { isMovable } from './status.ts'

/** Every editable field; what is not said stays, or follows the doctor. */
type Fields = Pick<Appointment, 'doctor_id' | 'starts_at' | 'type' | 'reason' | 'notes'> & {
  duration_minutes?: number | undefined
  department_id?: string | null | undefined
}

interface Edit {
  fieldsOf: (current: Appointment) => Fields
  confirm_unavailable: boolean | undefined
}

/** Somebody else may be quicker that often. */
const ATTEMPTS = 3

/** Changes of what an appointment says, and moves; one that does not come about is on record before it is answered. */
export class AppointmentEdits {
  readonly #desk: Desk

  constructor(desk: Desk) {
    this.#desk = desk
  }

  /** PUT: what the body does not say is emptied, or as in a new appointment. */
  replace(request: FastifyRequest, id: string, body: AppointmentReplacement): Promise<Appointment> {
    const { version: _, confirm_unavailable, ...said } = body
    const empty = { type: 'consultation', reason: null, notes: null } as const
    return this.#edit(request, id, {
      fieldsOf: () => ({ ...empty, ...said }),
      confirm_unavailable,
    })
  }

  /** PATCH: a JSON merge patch, applied to the appointment as it is when it is locked. */
  patch(request: FastifyRequest, id: string, body: AppointmentPatch): Promise<Appointment> {
    const { version: _, confirm_unavailable, ...said } = body
    const fieldsOf = ({ doctor_id, starts_at, type, reason, notes }: Appointment): Fields => ({
      doctor_id,
      starts_at,
      type,
      reason,
      notes,
      ...said,
    })
    return this.#edit(request, id, { fieldsOf, confirm_unavailable })
  }

  #edit(request: FastifyRequest, id: string, edit: Edit): Promise<Appointment> {
    return recorded(request, { action: 'appointment.updated', id }, async () => {
      // Without a version the change is meant for whatever there is, also if that changes meanwhile.
      const attempts = expectedVersion(request) === undefined ? ATTEMPTS : 1
      for (let attempt = 1; ; attempt += 1) {
        try {
          return await this.#attempt(request, id, edit)
        } catch (error) {
          const isStale = error instanceof ProblemError && error.code === 'stale'
          if (!isStale || attempt >= attempts) throw error
        }
      }
    })
  }

  async #attempt(request: FastifyRequest, id: string, edit: Edit): Promise<Appointment> {
    const tenant = this.#desk.database.tenant(request.identity)
    const seen = await new AppointmentRepository(tenant).find(id)
    if (!seen) throw appointmentNotFound()
    const change = await this.#plan(tenant, seen, edit)
    const others = [change.set.doctor_id ?? seen.doctor_id]
    return holding(request, tenant, { id, others }, async ({ appointments, current }) => {
      // The owners of the records were asked for the one that was seen.
      if (current.version !== seen.version) throw staleAppointment(current.version)
      return appointments.change(current, change)
    })
  }

  async #plan(tenant: Tenant<Database>, seen: Appointment, edit: Edit): Promise<AppointmentChange> {
    const { doctor_id, starts_at, duration_minutes, ...rest } = edit.fieldsOf(seen)
    const { type, reason, notes, department_id } = rest
    const isMove =
      doctor_id !== seen.doctor_id ||
      Date.parse(starts_at) !== Date.parse(seen.starts_at) ||
      (duration_minutes ?? seen.duration_minutes) !== seen.duration_minutes
    // Where a visit was is part of what cannot be changed after it.
    const staysAt = department_id === undefined || department_id === seen.department_id
    if (!isMove && staysAt)
      return told(tenant, seen, { type, reason, notes }, events.appointmentUpdated)
    if (!isMovable(seen.status)) throw cannotMove(seen.status)
    const whom = { patient_id: seen.patient_id, doctor_id }
    const people = await participants(this.#desk.directory, tenant, whom)
    const minutes = duration_minutes ?? seen.duration_minutes
    const stretch = isMove
      ? stretchOf(starts_at, minutes)
      : { starts_at: seen.starts_at, ends_at: seen.ends_at }
    if (isMove) checkHours(people, stretch, edit.confirm_unavailable)
    const said =
      staysAt && doctor_id === seen.doctor_id ? (seen.department_id ?? undefined) : department_id
    const at = departmentOf(people, said)
    const set = { type, reason, notes, doctor_id, ...stretch, department_id: at }
    return told(tenant, seen, set, isMove ? events.appointmentMoved : events.appointmentUpdated)
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
  set: AppointmentChange['set'],
  eventOf: typeof events.appointmentUpdated,
): AppointmentChange {
  return { set, reason: null, event: eventOf(identity, seen, changedFields(seen, set)) }
}
