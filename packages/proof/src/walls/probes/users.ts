import { randomUUID } from 'node:crypto'
import { jsonOf } from '../../ask.ts'
import { CITY, RIVERSIDE } from '../../hospitals.ts'
import { addPerson, type Person } from '../../people.ts'
import type { Probe } from '../probe.ts'
import type { Scene } from '../scene.ts'

/** Administrators see and change the members of their hospital, and what these are elsewhere is untouched. */
export const users: Probe = {
  services: [],
  async look(scene, notes) {
    const { city, riverside } = scene
    const admin = scene.as(city.admin)
    const both = await memberOfBoth(scene)
    const before = await elsewhere(scene)

    const list = await admin('/api/users?limit=100&count=true')
    notes.same('the count of users', jsonOf(list).count, 6)
    notes.hides('the list of users', list.text, /riversidecanary/i)
    notes.same('their hospitals', hospitalsIn(list.text), [CITY.id])
    const found = await admin('/api/users?search=riversidecanary')
    notes.same('the search for a stranger', jsonOf(found).results, [])

    for (const id of [riverside.nurse.account_id, randomUUID()]) {
      const path = `/api/users/${id}`
      notes.answer(`GET ${path}`, await admin(path), 404, 'not_found')
      const change = { method: 'PATCH', body: { status: 'disabled' } }
      notes.answer(`PATCH ${path}`, await admin(path, change), 404, 'not_found')
    }
    const patch = (person: Person, body: object, by = city.admin) =>
      scene.as(by)(`/api/users/${person.account_id}`, { method: 'PATCH', body })
    const own = await admin(`/api/users/${both.account_id}`)
    notes.same('a member of both', jsonOf(own).role, 'nurse')
    notes.answer('a new role', await patch(both, { role: 'doctor' }), 200)
    notes.answer('disabling', await patch(both, { status: 'disabled' }), 200)
    notes.same('what they are elsewhere', await elsewhere(scene), before)
    notes.answer('a role above all', await patch(both, { role: 'platform_admin' }), 400)
    notes.answer('by a nurse', await patch(city.staff, { role: 'admin' }, city.nurse), 403)
    const last = await patch(city.admin, { role: 'nurse' })
    notes.answer('the last administrator', last, 409, 'last_admin')

    const second = await addPerson(scene.world, CITY, 'nurse', { username: 'second_admin' })
    const late = await patch(city.staff, { role: 'admin' }, { ...second, role: 'admin' })
    notes.answer('by one who is no administrator any more', late, 403)
  },
}

/** A nurse of City who is a doctor of Riverside, with a session in both. */
async function memberOfBoth({ world }: Scene): Promise<Person> {
  const person = await addPerson(world, CITY, 'nurse', { username: 'of_both' })
  await world.sql(
    'auth',
    `insert into membership (hospital_id, account_id, role, status)
      values ($1, $2, 'doctor', 'active')`,
    [RIVERSIDE.id, person.account_id],
  )
  await world.sql(
    'auth',
    `insert into session (hospital_id, id, account_id, ip, expires_at)
      values ($1, $2, $3, '127.0.0.1', now() + interval '1 day')`,
    [RIVERSIDE.id, randomUUID(), person.account_id],
  )
  return person
}

/** What Riverside's members and sessions are. */
function elsewhere({ world }: Scene) {
  return world.sql(
    'auth',
    `select row_to_json(membership)::text as row from membership where hospital_id = $1
      union all select row_to_json(session)::text from session where hospital_id = $1
      union all select row_to_json(revocation)::text from revocation where hospital_id = $1
      order by 1`,
    [RIVERSIDE.id],
  )
}

function hospitalsIn(text: string): string[] {
  const { results } = JSON.parse(text) as { results: { hospital_id: string }[] }
  return [...new Set(results.map(({ hospital_id }) => hospital_id))]
}
