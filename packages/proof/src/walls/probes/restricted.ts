import { randomUUID } from 'node:crypto'
import { jsonOf } from '../../ask.ts'
import { CITY } from '../../hospitals.ts'
import { tokenOf } from '../../people.ts'
import type { Probe } from '../probe.ts'
import { aNewcomer, aPatient } from './patients.ts'

const SECRET = { phone: '+49 30 5550123', address: 'Secretcanary', medical_history: 'Secretcanary' }

/** A restricted patient is closed to the hospital's own people until one breaks the glass for this patient. */
export const restricted: Probe = {
  services: ['patient'],
  async look({ world, city, as }, notes) {
    const asking = as.bind({ world })
    const admin = asking(city.admin)
    const create = async (body: object) =>
      jsonOf(await admin('/api/patients', { method: 'POST', body }))
    const { id } = await create({ ...aNewcomer(SECRET), is_restricted: true })
    const other = await create(aNewcomer())
    const path = `/api/patients/${id}`
    const under = (patient_id: string) =>
      tokenOf(world, city.doctor, {
        hospital_id: CITY.id,
        break_glass: { id: randomUUID(), reason_code: 'ETREAT', patient_id },
      })
    const doctor = asking(city.doctor)
    const patch = { method: 'PATCH', body: { first_name: 'X' } }
    for (const [what, answer] of [
      ['reading', await doctor(path)],
      ['changing', await doctor(path, patch)],
      ['replacing', await doctor(path, { method: 'PUT', body: aPatient() })],
      ['reading with a glass for another', await doctor(path, { token: under(other.id) })],
    ] as const) {
      notes.answer(what, answer, 403, 'patient_restricted')
      notes.hides(what, answer.text, /Secretcanary|5550123/)
    }
    for (const where of ['', '/search?q=okafor', '/search?q=5550123']) {
      const page = await doctor(`/api/patients${where}`)
      notes.hides(`the doctor’s ${where}`, page.text, /Secretcanary|5550123/)
      const found = jsonOf(page).results.some((each: { id: string }) => each.id === id)
      notes.same(`found by the doctor’s ${where}`, found, !where.includes('555'))
    }
    for (const [patient, is_restricted] of [
      [id, false],
      [other.id, true],
    ]) {
      const change = { ...patch, body: { is_restricted }, token: under(id) }
      const answer = await doctor(`/api/patients/${patient}`, change)
      notes.answer(`restricted: ${is_restricted}`, answer, 403, 'forbidden')
    }
    notes.answer('reading under its own glass', await doctor(path, { token: under(id) }), 200)
    notes.same('the patient', jsonOf(await admin(path)).version, 1)
    notes.same('the other', jsonOf(await admin(`/api/patients/${other.id}`)).version, 1)
  },
}
