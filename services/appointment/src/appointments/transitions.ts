import type { Tenant } from '@wardstone/tenancy'
import type { FastifyReply, FastifyRequest } from 'fastify'
import type { Database } from '../database/schema.ts'
import { dayOf } from '../slots/days.ts'
import type { Desk } from './creation.ts'
import * as events from './events.ts'
import { recorded } from './failures.ts'
import { type Held, holding } from './holding.ts'
import type { Appointment, Transition } from './schemas.ts'
import { checkTransition } from './status.ts'

/** What becomes of appointments; what cannot be is on record before it is answered. */
export class AppointmentTransitions {
  readonly #desk: Desk

  constructor(desk: Desk) {
    this.#desk = desk
  }

  /** Another status, along the table; once, if the request has a key. */
  make(
    [request, reply]: [FastifyRequest, FastifyReply],
    id: string,
    transition: Transition,
  ): Promise<Appointment> {
    return this.#recorded(request, id, transition, (tenant, change) =>
      this.#desk.keys.once([request, reply], tenant, {
        change,
        replayed: (appointment) =>
          request.server.recordAudit(events.appointmentRead(request.identity, appointment)),
      }),
    )
  }

  /** DELETE: nothing is deleted, it is cancelled. */
  cancel(request: FastifyRequest, id: string): Promise<Appointment> {
    return this.#recorded(request, id, { to: 'cancelled' }, (tenant, change) => change(tenant))
  }

  #recorded(
    request: FastifyRequest,
    id: string,
    { to, reason = null }: Omit<Transition, 'reason'> & { reason?: string | null },
    run: (
      tenant: Tenant<Database>,
      change: (place: Tenant<Database>) => Promise<Appointment>,
    ) => Promise<Appointment>,
  ): Promise<Appointment> {
    const isEnd = to === 'cancelled'
    const action = isEnd ? 'appointment.cancelled' : 'appointment.status_changed'
    const eventOf = isEnd ? events.appointmentCancelled : events.appointmentStatusChanged
    return recorded(request, { action, id }, async () => {
      const tenant = this.#desk.database.tenant(request.identity)
      const timeZone = await this.#desk.directory.timeZone(tenant)
      return run(tenant, (place) =>
        holding(request, place, { id }, async ({ appointments, current }) => {
          const day = dayOf(current.starts_at, timeZone)
          const now = new Date()
          checkTransition(current, to, { now, isItsDay: dayOf(now, timeZone) === day })
          const queue_number = await numberOf({ appointments, current }, to, day)
          const event = eventOf(request.identity, current, ['status'])
          return appointments.change(current, { set: { status: to, queue_number }, reason, event })
        }),
      )
    })
  }
}

/** Who checks in draws a number, once. */
async function numberOf(
  { appointments, current }: Held,
  to: Transition['to'],
  day: string,
): Promise<number | null> {
  if (to !== 'checked_in' || current.queue_number !== null) return current.queue_number
  return appointments.drawNumber(current.doctor_id, day)
}
