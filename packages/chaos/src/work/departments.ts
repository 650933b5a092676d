import type { Ask } from './client.ts'
import { someOf } from './patients.ts'
import type { Person } from './person.ts'
import { type Own, shownDepartment } from './records.ts'

const lookAt = ({ id }: Own): Ask => ({
  operation: 'read department',
  method: 'GET',
  path: `/api/departments/${id}`,
  shown: shownDepartment,
})

/** Opens a department of the hospital, or describes one anew. */
export async function workOnDepartment(person: Person): Promise<void> {
  if (person.role !== 'admin') return
  const own = person.random.chance(0.5) ? someOf(person, person.departments) : undefined
  await (own ? update(person, own) : open(person))
}

async function open(person: Person): Promise<void> {
  const { mark } = person.next()
  const { shown } = await person.once({
    operation: 'open department',
    method: 'POST',
    path: '/api/departments',
    shown: shownDepartment,
    body: { name: `Department ${mark}`, code: mark, description: `${mark} at first` },
  })
  if (shown) person.departments.push({ id: shown.id, version: shown.version, isOver: false })
}

async function update(person: Person, own: Own): Promise<void> {
  const ask: Ask = {
    operation: 'update department',
    method: 'PATCH',
    path: `/api/departments/${own.id}`,
    body: { description: person.next().mark },
    shown: shownDepartment,
  }
  await person.change(own, ask, lookAt(own))
}
