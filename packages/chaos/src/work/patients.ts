import type { Ask } from './client.ts'
import type { Person } from './person.ts'
import { type Own, shownPatient } from './records.ts'

const FIRST_NAMES = ['Amina', 'Berta', 'Chen', 'Dolores', 'Emil'] as const

const lookAt = ({ id }: Own): Ask => ({
  operation: 'read patient',
  method: 'GET',
  path: `/api/patients/${id}`,
  shown: shownPatient,
})

/** Registers a patient. */
export async function createPatient(person: Person): Promise<void> {
  const { mark } = person.next()
  const { shown } = await person.once({
    operation: 'create patient',
    method: 'POST',
    path: '/api/patients',
    shown: shownPatient,
    body: {
      first_name: person.random.pick(FIRST_NAMES),
      middle_name: mark,
      last_name: person.client.place.family,
      date_of_birth: '1984-05-17',
      address: `${mark} at first`,
      confirm_duplicate: true,
    },
  })
  if (shown) person.patients.push({ id: shown.id, version: shown.version, isOver: false })
}

/** Looks at one of the own patients. */
export async function readPatient(person: Person): Promise<void> {
  const own = someOf(person, person.patients)
  if (own) await person.see(own, lookAt(own))
}

/** Writes another address. */
export async function updatePatient(person: Person): Promise<void> {
  const own = someOf(person, person.patients)
  if (!own) return
  const ask: Ask = {
    operation: 'update patient',
    method: 'PATCH',
    path: `/api/patients/${own.id}`,
    body: { address: person.next().mark },
    shown: shownPatient,
  }
  await person.change(own, ask, lookAt(own))
}

/** Deactivates a patient, or reactivates one that is. */
export async function switchPatient(person: Person): Promise<void> {
  const own = someOf(person, person.patients)
  if (!own || person.role !== 'admin') return
  const path = `/api/patients/${own.id}`
  const ask: Ask = own.isOver
    ? { operation: 'reactivate patient', method: 'POST', path: `${path}/reactivate` }
    : { operation: 'deactivate patient', method: 'DELETE', path }
  const { shown } = await person.change(own, { ...ask, shown: shownPatient }, lookAt(own))
  if (shown) own.isOver = ask.operation === 'deactivate patient'
}

/** The newest patients of the hospital. */
export async function listPatients({ client }: Person): Promise<void> {
  await client.ask({ operation: 'list patients', method: 'GET', path: '/api/patients' })
}

/** Looks for patients by name. */
export async function searchPatients({ client, random }: Person): Promise<void> {
  const q = `${random.pick(FIRST_NAMES)} ${client.place.family}`
  const path = '/api/patients/search'
  await client.ask({ operation: 'search patients', method: 'POST', path, body: { q } })
}

/** Counts the patients of the hospital. */
export async function countPatients({ client }: Person): Promise<void> {
  await client.ask({ operation: 'count patients', method: 'GET', path: '/api/patients/stats' })
}

/** One of the records that a person may choose from. */
export function someOf<T>({ random }: Person, records: readonly T[]): T | undefined {
  return records[random.below(records.length)]
}
