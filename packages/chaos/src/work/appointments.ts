import type { Ask } from './client.ts'
import { someOf } from './patients.ts'
import type { Person } from './person.ts'
import { type Own, shownAppointment } from './records.ts'

const MINUTE_MS = 60_000
const LONG = 15
/** More people than ever work at once: each has times of their own. */
const PEOPLE = 16

const lookAt = ({ id }: Own): Ask => ({
  operation: 'read appointment',
  method: 'GET',
  path: `/api/appointments/${id}`,
  shown: shownAppointment,
})

/** Books one of the own patients. */
export async function bookAppointment(person: Person): Promise<void> {
  const patient = someOf(
    person,
    person.patients.filter(({ isOver }) => !isOver),
  )
  if (!patient) return
  const { count, mark } = person.next()
  const { shown } = await person.once({
    operation: 'book appointment',
    method: 'POST',
    path: '/api/appointments',
    shown: shownAppointment,
    body: {
      patient_id: patient.id,
      doctor_id: someOf(person, person.doctors),
      starts_at: freeTime(person, count),
      duration_minutes: LONG,
      reason: mark,
      confirm_unavailable: true,
    },
  })
  if (shown) person.appointments.push({ id: shown.id, version: shown.version, isOver: false })
}

/** Looks at one of the own appointments. */
export async function readAppointment(person: Person): Promise<void> {
  const own = someOf(person, person.appointments)
  if (own) await person.see(own, lookAt(own))
}

/** Moves one to another time. */
export async function moveAppointment(person: Person): Promise<void> {
  const own = open(person)
  if (!own) return
  const ask: Ask = {
    operation: 'move appointment',
    method: 'PATCH',
    path: `/api/appointments/${own.id}`,
    body: { starts_at: freeTime(person, person.next().count), confirm_unavailable: true },
    shown: shownAppointment,
  }
  await person.change(own, ask, lookAt(own))
}

/** Cancels one. */
export async function cancelAppointment(person: Person): Promise<void> {
  const own = open(person)
  if (!own) return
  const ask: Ask = {
    operation: 'cancel appointment',
    method: 'DELETE',
    path: `/api/appointments/${own.id}`,
    shown: shownAppointment,
  }
  const { shown } = await person.change(own, ask, lookAt(own))
  if (shown) own.isOver = true
}

/** Those of the next days. */
export async function listAppointments({ client }: Person): Promise<void> {
  const path = '/api/appointments/upcoming'
  await client.ask({ operation: 'list appointments', method: 'GET', path })
}

/** Not one that may have been cancelled, where neither that nor a look was answered. */
function open(person: Person): Own | undefined {
  return someOf(
    person,
    person.appointments.filter(({ isOver, isUnsure }) => !isOver && !isUnsure),
  )
}

/** A time that nobody else takes, whoever the doctor and the patient are. */
function freeTime({ number }: Person, count: number): string {
  const tomorrow = Math.ceil(Date.now() / 86_400_000) * 86_400_000
  return new Date(tomorrow + (count * PEOPLE + number) * LONG * MINUTE_MS).toISOString()
}
