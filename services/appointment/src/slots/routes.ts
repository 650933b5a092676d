import type { ServicePlugin } from '@wardstone/service'
import type { Desk } from '../appointments/creation.ts'
import { recorded } from '../appointments/failures.ts'
import { AppointmentRepository } from '../appointments/repository.ts'
import { invalidField } from '../errors.ts'
import { type Day, dayOf, daysAfter, daysBetween, stretchOfDay, textOf } from './days.ts'
import { freeSlots } from './free.ts'
import * as schemas from './schemas.ts'

interface SlotRoutesOptions {
  desk: Pick<Desk, 'database' | 'directory'>
}

/** As many days as one question may ask for. */
const MOST_DAYS = 62

/** `/api/appointments/slots`: when a doctor can be booked. It tells of no patient. */
export const slotRoutes: ServicePlugin<SlotRoutesOptions> = async (app, { desk }) => {
  app.get(
    '/slots',
    {
      config: { permission: 'appointment.read', problems: [404] },
      schema: {
        querystring: schemas.SlotsQuerySchema,
        response: { 200: schemas.SlotsSchema },
      },
    },
    async (request) => {
      const { query } = request
      const tenant = desk.database.tenant(request.identity)
      const [doctor, hospital] = await recorded(request, { action: 'appointment.listed' }, () =>
        Promise.all([
          desk.directory.doctor(tenant, query.doctor_id),
          desk.directory.hospital(tenant),
        ]),
      )
      const { time_zone } = hospital
      const days = daysOf(query, time_zone)
      const [first, last] = [days[0] as Day, days.at(-1) as Day]
      const taken = await new AppointmentRepository(tenant).taken(
        doctor.id,
        textOf(stretchOfDay(first, time_zone).start),
        textOf(stretchOfDay(last, time_zone).end),
      )
      const minutes = query.duration_minutes ?? doctor.slot_minutes
      return {
        doctor_id: doctor.id,
        time_zone,
        duration_minutes: minutes,
        results: freeSlots({ days, minutes, doctor, hospital, taken, now: new Date() }),
      }
    },
  )
}

/** @throws problem 400 for an end before the start, or too many days */
function daysOf({ from, to }: schemas.SlotsQuery, timeZone: string): Day[] {
  const dayOn = (moment: string) => (moment.length === 10 ? moment : dayOf(moment, timeZone))
  const first = from === undefined ? dayOf(new Date(), timeZone) : dayOn(from)
  const last = to === undefined ? daysAfter(first, 6) : dayOn(to)
  if (last < first) throw invalidField('to', 'must not be before from')
  const { days } = Temporal.PlainDate.from(first).until(last)
  if (days >= MOST_DAYS) throw invalidField('to', `must be within ${MOST_DAYS} days of from`)
  return daysBetween(first, last)
}
