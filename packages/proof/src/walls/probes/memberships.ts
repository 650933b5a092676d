import { type Answer, jsonOf } from '../../ask.ts'
import { CITY, CLOSED, type Hospital, RIVERSIDE } from '../../hospitals.ts'
import { meanwhile } from '../meanwhile.ts'
import type { Notes, Probe } from '../probe.ts'
import { recorded } from '../recorded.ts'
import type { Scene } from '../scene.ts'

const OF_MEMBER = 'where account_id = $1 and hospital_id = $2'

/** Who asks to be let into one more hospital waits there, and goes on only as what lets them in. */
export const memberships: Probe = {
  services: [],
  async look(scene, notes) {
    const { doctor } = scene.city
    const join = ({ id }: Hospital) =>
      scene.as(doctor)('/api/auth/memberships', { method: 'POST', body: { hospital_id: id } })
    const profile = jsonOf(await scene.as(doctor)('/api/auth/profile'))
    notes.same('where they are members', hospitalsOf(profile), [CITY.id])
    notes.answer('a hospital that is not listed', await join(RIVERSIDE), 400)
    await scene.world.sql('auth', 'update hospital set is_listed = true')
    notes.answer('a suspended hospital', await join(CLOSED), 400)
    await refused(scene, notes, 'hospital_mismatch', 'security.hospital_mismatch')

    const asked = await join(RIVERSIDE)
    const { role, status } = jsonOf(asked)
    notes.same('who asked', [role, status], ['staff', 'pending'])
    const [event] = await recorded(scene, 'auth', asked)
    const told = [event?.hospital_id, event?.actor.role, event?.actor.session_id]
    notes.same('what the hospital is told', told, [RIVERSIDE.id, 'staff', null])

    await refused(scene, notes, 'account_pending', 'auth.switched')
    await become(scene, 'disabled')
    await refused(scene, notes, 'account_disabled', 'auth.switched')
    await become(scene, 'active')
    const { user } = jsonOf(await goOn(scene))
    notes.same('who went on', [user.hospital_id, user.role], [RIVERSIDE.id, 'staff'])
    notes.same('where they are members now', hospitalsOf(user), [CITY.id, RIVERSIDE.id])
    await whileGoingOn(scene, notes)
    await fromWhatIsOver(scene, notes)
  },
}

/** City’s doctor goes on at Riverside. */
function goOn(scene: Scene): Promise<Answer> {
  const body = { hospital_id: RIVERSIDE.id }
  return scene.as(scene.city.doctor)('/api/auth/switch', { method: 'POST', body })
}

/** Gives City’s doctor another status at Riverside. */
function become({ world, city }: Scene, status: string) {
  const values = [city.doctor.account_id, RIVERSIDE.id, status]
  return world.sql('auth', `update membership set status = $3 ${OF_MEMBER}`, values)
}

function hospitalsOf({ memberships }: { memberships: { hospital_id: string }[] }) {
  return memberships.map(({ hospital_id }) => hospital_id)
}

async function refused(scene: Scene, notes: Notes, code: string, action: string): Promise<void> {
  const answer = await goOn(scene)
  notes.answer(`going on: ${code}`, answer, 403, code)
  const events = (await recorded(scene, 'auth', answer)).map((each) => each.action)
  notes.same(`on record of ${code}`, events, [action])
}

/** What shuts a door shuts it also before somebody who is on the way through. */
async function whileGoingOn(scene: Scene, notes: Notes): Promise<void> {
  const member = [scene.city.doctor.account_id, RIVERSIDE.id]
  const disable = `update membership set status = 'disabled' ${OF_MEMBER}`
  const disabled = await meanwhile(scene, disable, member, () => goOn(scene))
  notes.answer('while they are disabled', disabled, 401, 'unauthenticated')
  await become(scene, 'active')
  const set = (isActive: boolean) =>
    `update hospital set is_active = ${isActive} where hospital_id = $1`
  const suspended = await meanwhile(scene, set(false), [RIVERSIDE.id], () => goOn(scene))
  notes.answer('while the hospital is suspended', suspended, 401, 'unauthenticated')
  await scene.world.sql('auth', set(true), [RIVERSIDE.id])
}

/** A token may be good for a while after its session. */
async function fromWhatIsOver(scene: Scene, notes: Notes): Promise<void> {
  const { session_id } = scene.city.doctor
  const set = (change: string) =>
    scene.world.sql('auth', `update session set ${change} where id = $1`, [session_id])
  await set('ended_at = now()')
  notes.answer('from a session that has ended', await goOn(scene), 401)
  await set('ended_at = null, expires_at = now()')
  notes.answer('from a session that is over', await goOn(scene), 401)
  await set(`expires_at = now() + interval '1 minute'`)
  const { expires_in } = jsonOf(await goOn(scene))
  notes.same('no longer than the session before', expires_in <= 60, true)
}
