import { randomUUID } from 'node:crypto'
import { type Answer, ask, jsonOf } from '../../ask.ts'
import { CITY, openHospital, RIVERSIDE } from '../../hospitals.ts'
import { OPEN, registration } from '../../keyholder.ts'
import { addPerson, type Person } from '../../people.ts'
import { meanwhile } from '../meanwhile.ts'
import type { Notes, Probe } from '../probe.ts'
import type { Scene } from '../scene.ts'

/** An invitation lets one person in, as what it says, while it is open and its maker an administrator. */
export const invitations: Probe = {
  services: [],
  async look(scene, notes) {
    const { city } = scene
    const { id, code } = await invited(scene, city.admin)
    const [kept] = await scene.world.sql<{ text: string }>(
      'auth',
      `select concat(invitation, encode(code_hash, 'escape')) as text from invitation where id = $1`,
      [id],
    )
    notes.hides('what is kept of an invitation', kept?.text ?? '', new RegExp(code))
    const { hospital_id, role, status } = jsonOf(await accept(scene, code))
    notes.same('who was invited', [hospital_id, role, status], [CITY.id, 'nurse', 'active'])
    notes.answer('the same invitation again', await accept(scene, code), 400)
    await closing(scene, notes)
    await strangers(scene, notes)
    await inviters(scene, notes)
    await firstAdmins(scene, notes)
  },
}

const invite = (scene: Scene, by: Person) =>
  scene.as(by)('/api/invitations', {
    method: 'POST',
    body: { email: `guest_of_${by.username}@example.org`, role: 'nurse' },
  })

/** The id and the code of a new invitation. */
const invited = async (scene: Scene, by: Person): Promise<{ id: string; code: string }> =>
  jsonOf(await invite(scene, by))

function accept({ world }: Scene, invitation_code: string): Promise<Answer> {
  const { hospital_id: _, ...person } = registration()
  const body = { ...person, invitation_code }
  return ask(`${world.url}/api/auth/register`, { method: 'POST', body })
}

/** What ends an invitation ends it also for somebody who is on the way in. */
async function closing(scene: Scene, notes: Notes): Promise<void> {
  const { nurse, admin } = scene.city
  for (const change of [
    `accepted_at = now(), accepted_by = '${nurse.account_id}'`,
    'withdrawn_at = now()',
    'expires_at = now()',
  ]) {
    const { id, code } = await invited(scene, admin)
    const update = `update invitation set ${change} where id = $1`
    const late = await meanwhile(scene, update, [id], () => accept(scene, code))
    notes.answer(`an invitation with ${change}`, late, 400)
  }
}

async function strangers(scene: Scene, notes: Notes): Promise<void> {
  const admin = scene.as(scene.city.admin)
  const theirs = await invited(scene, scene.riverside.admin)
  const list = await admin('/api/invitations?limit=100')
  notes.hides('the list of invitations', list.text, /riversidecanary/)
  for (const id of [theirs.id, randomUUID()]) {
    const path = `/api/invitations/${id}`
    notes.answer(`DELETE ${path}`, await admin(path, { method: 'DELETE' }), 404, 'not_found')
  }
  const { hospital_id } = jsonOf(await accept(scene, theirs.code))
  notes.same('where their guest is', hospital_id, RIVERSIDE.id)
}

async function inviters(scene: Scene, notes: Notes): Promise<void> {
  const { world, city } = scene
  const leaving = await addPerson(world, CITY, 'admin', { username: 'leaving' })
  const [theirs, mine] = [await invited(scene, leaving), await invited(scene, city.admin)]
  const path = `/api/users/${leaving.account_id}`
  await scene.as(city.admin)(path, { method: 'PATCH', body: { role: 'nurse' } })
  notes.answer('by one who left', await accept(scene, theirs.code), 400)
  notes.answer('by one who stays', await accept(scene, mine.code), 201)

  const late = await addPerson(world, CITY, 'nurse', { username: 'late' })
  await world.sql(
    'auth',
    `insert into membership (hospital_id, account_id, role, status) values ($1, $2, 'admin', 'active')`,
    [RIVERSIDE.id, late.account_id],
  )
  const answer = await invite(scene, { ...late, role: 'admin' })
  notes.answer('by an administrator of elsewhere', answer, 403, 'forbidden')
}

/** The platform gives a hospital its first administrator, and no second one. */
async function firstAdmins(scene: Scene, notes: Notes): Promise<void> {
  await openHospital(scene.world, OPEN)
  const { username, email, first_name, last_name } = registration()
  const body = { hospital_id: OPEN.id, admin: { username, email, first_name, last_name } }
  const call = () =>
    scene.as(scene.platform)('/api/invitations/first-admin', { method: 'POST', body })
  const [lost, found] = [jsonOf(await call()), jsonOf(await call())]
  notes.answer('an invitation that was lost', await accept(scene, lost.code), 400)
  await addPerson(scene.world, OPEN, 'admin')
  notes.answer('beside an administrator', await accept(scene, found.code), 400)
  notes.answer('a second administrator', await call(), 409, 'has_admin')
}
