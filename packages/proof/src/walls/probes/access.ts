import { randomUUID } from 'node:crypto'
import { jsonOf } from '../../ask.ts'
import { CITY, RIVERSIDE } from '../../hospitals.ts'
import { tokenOf } from '../../people.ts'
import type { Notes, Probe } from '../probe.ts'
import type { Scene } from '../scene.ts'
import { aNewcomer } from './patients.ts'

/** Who may do what: the permission table, and nobody beyond their hospital. */
export const access: Probe = {
  services: ['patient', 'audit'],
  async look(scene, notes) {
    const { city, platform } = scene
    const patient = jsonOf(
      await scene.as(city.admin)('/api/patients', { method: 'POST', body: aNewcomer() }),
    )
    const path = `/api/patients/${patient.id}`
    for (const [role, method, where, body] of [
      ['nurse', 'GET', '/api/audit/events'],
      ['doctor', 'GET', '/api/audit/verify'],
      ['nurse', 'DELETE', path],
      ['doctor', 'POST', `${path}/reactivate`],
      ['staff', 'POST', '/api/patients', aNewcomer()],
      ['staff', 'PATCH', path, { first_name: 'X' }],
      ['receptionist', 'PATCH', path, { medical_history: 'X' }],
      ['receptionist', 'POST', '/api/patients', { ...aNewcomer(), medical_history: 'X' }],
      ['admin', 'POST', '/api/hospitals', { name: 'Mine' }],
      ['admin', 'PATCH', `/api/hospitals/${CITY.id}`, { subscription_plan: 'enterprise' }],
      ['nurse', 'PATCH', `/api/hospitals/${CITY.id}`, { phone: '0171 555' }],
    ] as const) {
      const answer = await scene.as(city[role])(where, { method, body })
      notes.answer(`${role}: ${method} ${where}`, answer, 403, 'forbidden')
    }
    const seen = jsonOf(await scene.as(city.receptionist)(path))
    notes.same('clinical for a receptionist', 'medical_history' in seen, false)
    for (const where of ['/api/patients', '/api/patients/stats', path, '/api/audit/events']) {
      const answer = await scene.as(platform)(where)
      notes.answer(`platform: ${where}`, answer, 403, 'no_hospital_context')
    }
    await otherHospital(scene, notes)
    await fields(scene, notes, path)
    await brokenGlass(scene, notes, path)
  },
}

async function otherHospital(scene: Scene, notes: Notes): Promise<void> {
  const admin = scene.as(scene.city.admin)
  const body = { ...aNewcomer(), hospital_id: RIVERSIDE.id }
  const query = `hospital_id=${RIVERSIDE.id}`
  for (const [what, answer] of [
    ['in the query', await admin(`/api/patients?${query}`)],
    ['in the query of a search', await admin(`/api/patients/search?q=xy&${query}`)],
    ['in the body', await admin('/api/patients', { method: 'POST', body })],
  ] as const)
    notes.answer(`another hospital ${what}`, answer, 403, 'hospital_mismatch')
  for (const path of [`/api/hospitals/${RIVERSIDE.id}`, `/api/hospitals/${randomUUID()}`]) {
    notes.answer(`GET ${path}`, await admin(path), 404)
    const patch = { method: 'PATCH', body: { phone: '0171 555' } }
    notes.answer(`PATCH ${path}`, await admin(path, patch), 404)
  }
}

async function fields(scene: Scene, notes: Notes, path: string): Promise<void> {
  const admin = scene.as(scene.city.admin)
  const post = (body: object) => admin('/api/patients', { method: 'POST', body })
  for (const [what, answer] of [
    ['an unknown field', await post({ ...aNewcomer(), mrn: 'CGH-1' })],
    ['a coerced field', await post({ ...aNewcomer(), first_name: 7 })],
    ['half a character', await post({ ...aNewcomer(), address: 'a\ud800b' })],
    ['an unknown parameter', await admin('/api/patients?all=true')],
    ['an id of another kind', await admin('/api/patients/1')],
  ] as const)
    notes.answer(what, answer, 400, 'validation_failed')
  const stale = { method: 'PATCH', headers: { 'if-match': '"99"' }, body: { first_name: 'X' } }
  notes.answer('a change of another version', await admin(path, stale), 412, 'stale')
}

/** A platform administrator in an opened hospital reads and writes nothing. */
async function brokenGlass({ world, platform, as }: Scene, notes: Notes, path: string) {
  const token = tokenOf(world, platform, {
    role: 'break_glass',
    hospital_id: CITY.id,
    hospital_name: CITY.name,
    break_glass: { id: randomUUID(), reason_code: 'HOPERAT', patient_id: null },
  })
  const opened = as.bind({ world })(platform)
  notes.answer('reading under a broken glass', await opened(path, { token }), 200)
  const patch = { method: 'PATCH', token, body: { first_name: 'X' } }
  notes.answer('writing under a broken glass', await opened(path, patch), 403, 'forbidden')
}
