import { randomUUID } from 'node:crypto'
import { PLATFORM_HOSPITAL_ID } from '@wardstone/contracts'
import { type Answer, ask, jsonOf } from '../../ask.ts'
import { CITY, CLOSED, openHospital, RIVERSIDE } from '../../hospitals.ts'
import { OPEN, PASSWORD, registration } from '../../keyholder.ts'
import type { Person } from '../../people.ts'
import { meanwhile } from '../meanwhile.ts'
import type { Notes, Probe } from '../probe.ts'
import { recorded } from '../recorded.ts'
import type { Scene } from '../scene.ts'

const REASON = 'Textcanary of a reason'

/** The glass is broken by whoever proves who they are, for what they may open and as long as they say. */
export const glass: Probe = {
  services: [],
  async look(scene, notes) {
    await givePasswords(scene)
    await closed(scene, notes)
    await hospital(scene, notes)
    await patient(scene, notes)
  },
}

/** Everybody gets the password of somebody who registers. */
async function givePasswords({ world }: Scene): Promise<void> {
  await openHospital(world, OPEN)
  await world.sql('auth', 'update hospital set is_listed = true where hospital_id = $1', [OPEN.id])
  const body = registration()
  await ask(`${world.url}/api/auth/register`, { method: 'POST', body })
  await world.sql(
    'auth',
    'update account set password_hash = (select password_hash from account where username = $1)',
    [body.username],
  )
}

/** Breaks a glass as somebody. */
function broken(scene: Scene, person: Person, target: object): Promise<Answer> {
  const body = { password: PASSWORD, reason_code: 'ETREAT', reason_text: REASON, ...target }
  return scene.as(person)('/api/break-glass', { method: 'POST', body })
}

function claimsOf(answer: Answer) {
  const payload: string = jsonOf(answer).access_token.split('.')[1]
  return JSON.parse(Buffer.from(payload, 'base64url').toString())
}

/** What is not opened, and what is not any more since somebody looked. */
async function closed(scene: Scene, notes: Notes): Promise<void> {
  const { platform, riverside } = scene
  const open = (hospital_id: string, more = {}) => broken(scene, platform, { hospital_id, ...more })
  const wrong = await open(CITY.id, { password: 'not the password' })
  notes.answer('a wrong password', wrong, 401, 'invalid_credentials')
  const events = await recorded(scene, 'auth', wrong)
  const told = events.map(({ hospital_id, outcome }) => [hospital_id, outcome])
  notes.same('a wrong password on record', told, [[CITY.id, 'failure']])
  notes.answer('a suspended hospital', await open(CLOSED.id), 403, 'hospital_suspended')
  notes.answer('the platform', await open(PLATFORM_HOSPITAL_ID), 404, 'not_found')
  const named = { hospital_id: RIVERSIDE.id, patient_id: randomUUID() }
  notes.answer('a patient elsewhere', await broken(scene, scene.city.doctor, named), 403)

  const suspend = 'update hospital set is_active = false where hospital_id = $1'
  const late = await meanwhile(scene, suspend, [RIVERSIDE.id], () => open(RIVERSIDE.id))
  notes.answer('a hospital that is being suspended', late, 503)
  await scene.world.sql('auth', 'update hospital set is_active = true where hospital_id = $1', [
    RIVERSIDE.id,
  ])
  const change = `update account set password_hash = 'none' where id = $1`
  const { doctor } = riverside
  const patient_id = randomUUID()
  const old = await meanwhile(scene, change, [doctor.account_id], () =>
    broken(scene, doctor, { patient_id }),
  )
  notes.answer('a password that is being changed', old, 503)
}

/** A hospital is open for a minute, and its administrators know. */
async function hospital(scene: Scene, notes: Notes): Promise<void> {
  const { city, riverside, platform, world } = scene
  const answer = await broken(scene, platform, { hospital_id: CITY.id, minutes: 1 })
  const { access_token, break_glass } = jsonOf(answer)
  const claims = claimsOf(answer)
  const mark = { id: break_glass.id, reason_code: 'ETREAT' }
  const who = [claims.role, claims.hospital_id, claims.break_glass]
  notes.same('who opened', who, ['break_glass', CITY.id, { ...mark, patient_id: null }])
  const end = Date.parse(break_glass.expires_at)
  notes.same('for a minute', end <= Date.now() + 60_000, true)
  notes.same('as long as the token', claims.exp * 1000 <= end, true)
  const [event] = await recorded(scene, 'auth', answer)
  const told = [event?.hospital_id, event?.reason, event?.break_glass]
  notes.same('what the hospital is told', told, [CITY.id, 'ETREAT', mark])
  notes.hides('the event', JSON.stringify(event), /Textcanary/)

  const refresh = ({ refresh_token }: { refresh_token: string }) =>
    ask(`${world.url}/api/auth/refresh`, { method: 'POST', body: { refresh_token } })
  const next = await refresh(jsonOf(answer))
  notes.same('who goes on', claimsOf(next).break_glass, claims.break_glass)
  const report = async (admin: Person) => jsonOf(await scene.as(admin)('/api/break-glass')).results
  const [line] = await report(city.admin)
  notes.same('the report', [line?.reason_text, line?.ended_at], [REASON, null])
  notes.same('the report of another hospital', await report(riverside.admin), [])
  const logout = { method: 'POST', token: access_token }
  notes.answer('logout', await scene.as(platform)('/api/auth/logout', logout), 204)
  notes.answer('refresh after it', await refresh(jsonOf(next)), 401)
  notes.same('whole again', (await report(city.admin))[0]?.ended_at === null, false)
}

/** Who opens a patient stays what they are, and looks only. */
async function patient(scene: Scene, notes: Notes): Promise<void> {
  const { admin } = scene.city
  const patient_id = randomUUID()
  const answer = await broken(scene, admin, { patient_id })
  const claims = claimsOf(answer)
  const who = [claims.role, claims.break_glass?.patient_id]
  notes.same('who opened a patient', who, ['admin', patient_id])
  const token = jsonOf(answer).access_token
  const invitation = { email: 'guest@example.org', role: 'nurse' }
  for (const [method, path, body] of [
    ['GET', '/api/users'],
    ['POST', '/api/invitations', invitation],
    ['PATCH', `/api/hospitals/${CITY.id}`, { phone: '0171 555' }],
    ['PATCH', '/api/auth/profile', { phone: '0171 555' }],
    ['POST', '/api/break-glass', { patient_id }],
  ] as const) {
    const refused = await scene.as(admin)(path, { method, token, body })
    notes.answer(`${method} ${path} under a glass`, refused, 403, 'forbidden')
  }
}
