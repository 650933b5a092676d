import { randomUUID } from 'node:crypto'
import { jsonOf } from '../../ask.ts'
import { CITY, RIVERSIDE } from '../../hospitals.ts'
import type { Probe } from '../probe.ts'
import type { Scene } from '../scene.ts'

const CANARY = 'Riversidecanary'
const MRN = 'RMC-00000018'

/** Ids that are there in both hospitals, so that only the hospital tells whose a row is. */
const TWIN = {
  patient: randomUUID(),
  doctor: randomUUID(),
  appointment: randomUUID(),
  series: randomUUID(),
}

/** Both hospitals have a patient, a doctor and an appointment of the same ids; Riverside has more. */
async function book({ world }: Scene): Promise<void> {
  for (const { id } of [RIVERSIDE, CITY]) {
    const [name, mrn] = id === CITY.id ? ['Amina', 'CGH-00000018'] : [CANARY, MRN]
    const sql = (text: string, values: unknown[]) => world.sql('appointment', text, [id, ...values])
    await sql("insert into known_hospital values ($1, 'UTC', '[]', '[]', 1)", [])
    await sql("insert into known_patient values ($1, $2, $3, $4, 'Okafor', true, false, 1)", [
      TWIN.patient,
      mrn,
      name,
    ])
    await sql(
      "insert into known_doctor values ($1, $2, $3, 'Hopper', null, true, true, 30, '[]', '[]', 1)",
      [TWIN.doctor, name],
    )
    await sql('insert into known_name values ($1, lower($2), $3)', [name, TWIN.patient])
    const others = id === CITY.id ? [] : [randomUUID(), randomUUID()]
    for (const [index, appointment] of [TWIN.appointment, ...others].entries()) {
      await sql(
        `insert into appointment (hospital_id, id, patient_id, doctor_id, starts_at, ends_at, type, series_id, notes)
          values ($1, $2, $3, $4, now() + make_interval(hours => $5), now() + make_interval(hours => $5, mins => 30),
            'consultation', $6, $7)`,
        [appointment, TWIN.patient, TWIN.doctor, index + 1, TWIN.series, name],
      )
      await sql(
        `insert into appointment_history
          select hospital_id, id, version, status, doctor_id, starts_at, ends_at, notes, $3
          from appointment where hospital_id = $1 and id = $2`,
        [appointment, randomUUID()],
      )
    }
  }
}

/** Nothing of the appointments of another hospital is seen, counted, found or changed. */
export const appointments: Probe = {
  services: ['appointment'],
  async look(scene, notes) {
    await book(scene)
    const before = await stored(scene)
    const admin = scene.as(scene.city.admin)
    const read = async (path: string) => {
      const answer = await admin(`/api/appointments${path}`)
      notes.same(`GET ${path}: status`, answer.status, 200)
      notes.same(`GET ${path}: a canary`, answer.text.includes(CANARY), false)
      return jsonOf(answer)
    }
    const one = await read(`/${TWIN.appointment}`)
    notes.same('the name of the patient', one.patient_name, 'Amina Okafor')
    notes.same('the history', (await read(`/${TWIN.appointment}/history`)).results.length, 1)
    for (const path of ['?count=true', `?doctor_id=${TWIN.doctor}`, '/upcoming', '/search?q=amina'])
      notes.same(`GET ${path}: results`, (await read(path)).results.length, 1)
    for (const q of [CANARY, MRN])
      notes.same(`search ${q}`, (await read(`/search?q=${q}`)).results.length, 0)
    notes.same('the count', (await read('?count=true')).count, 1)
    notes.same('the total', (await read('/stats')).total, 1)

    const change = async (method: string, path: string, body: object) => {
      const url = `/api/appointments/${TWIN.appointment}${path}`
      return (await admin(url, { method, body })).status
    }
    notes.same('a change', await change('PATCH', '', { notes: 'changed' }), 200)
    notes.same('the series', await change('POST', '/series/cancel', { scope: 'all' }), 200)
    notes.same('what Riverside has', await stored(scene), before)
  },
}

async function stored({ world }: Scene): Promise<string> {
  const rows = await world.sql(
    'appointment',
    'select * from appointment where hospital_id = $1 order by id',
    [RIVERSIDE.id],
  )
  return JSON.stringify(rows)
}
