import { randomUUID } from 'node:crypto'
import { testIdentity } from '@wardstone/cluster/testing'
import { jsonOf } from '../../ask.ts'
import { CITY, RIVERSIDE } from '../../hospitals.ts'
import type { Notes, Probe } from '../probe.ts'
import { recorded } from '../recorded.ts'
import type { Scene } from '../scene.ts'

const CANARY = 'Riversidecanary'
const WEEK = { slot_minutes: 25, available_times: [] }
const AWAY = { kind: 'leave', starts_on: '2099-03-01', ends_on: '2099-03-02' }

/** Ids that are there in both hospitals, so that only the hospital tells whose a row is. */
const TWIN = {
  department: randomUUID(),
  doctor: randomUUID(),
  absence: randomUUID(),
  holiday: randomUUID(),
}
const DEPARTMENT = `/api/departments/${TWIN.department}`
const DOCTOR = `/api/doctors/${TWIN.doctor}`

/** Both hospitals have a department, a doctor, an absence and a holiday of the same ids; Riverside has more. */
async function furnish({ world, city }: Scene): Promise<void> {
  for (const { id } of [RIVERSIDE, CITY]) {
    const name = id === CITY.id ? 'Amina' : CANARY
    const others = id === CITY.id ? [] : [1, 2]
    const sql = (text: string, values: unknown[]) => world.sql('hospital', text, [id, ...values])
    for (const index of [0, ...others]) {
      const own = <Kind extends keyof typeof TWIN>(kind: Kind) =>
        index === 0 ? TWIN[kind] : randomUUID()
      const [department, doctor, code] = [own('department'), own('doctor'), `${name} ${index}`]
      await sql(
        `insert into department (hospital_id, id, name, code, code_folded, name_sort, search_words)
          values ($1, $2, $3, $4, lower($4), lower($3), ' ' || lower($3))`,
        [department, name, code],
      )
      const user = index === 0 && id === CITY.id ? city.nurse.account_id : null
      await sql(
        `insert into doctor (hospital_id, id, first_name, last_name, specialization, license_number,
            license_folded, name_sort, search_words, department_id, user_id)
          values ($1, $2, $3, $3, 'ent', $4, lower($4), lower($3), ' ' || lower($3), $5, $6)`,
        [doctor, name, code, department, user],
      )
      await sql(
        `insert into doctor_absence (hospital_id, doctor_id, id, kind, starts_on, ends_on, note)
          values ($1, $2, $3, 'leave', make_date($4, 1, 1), '2099-12-31', $5)`,
        [index === 1 ? TWIN.doctor : doctor, own('absence'), id === CITY.id ? 2098 : 2097, name],
      )
      await sql(
        'insert into holiday (hospital_id, id, date, name) values ($1, $2, make_date($3, 1, 2), $4)',
        [own('holiday'), (id === CITY.id ? 2098 : 2090) + index, name],
      )
    }
  }
}

/** Nothing of the departments, the doctors and the holidays of another hospital is seen, counted, found or changed. */
export const clinic: Probe = {
  services: [],
  async look(scene, notes) {
    await furnish(scene)
    const before = await stored(scene)
    await cursors(scene, notes)
    await seen(scene, notes)
    await told(scene, notes)
    await schedules(scene, notes)
    await changed(scene, notes)
    notes.same('the clinic of Riverside', await stored(scene), before)
  },
}

async function seen(scene: Scene, notes: Notes): Promise<void> {
  const admin = scene.as(scene.city.admin)
  for (const [path, ids] of [
    ['/api/departments?count=true', [TWIN.department]],
    ['/api/departments/search?q=amina', [TWIN.department]],
    [`/api/departments/search?q=${CANARY}`, []],
    ['/api/doctors?count=true', [TWIN.doctor]],
    ['/api/doctors/search?q=amina', [TWIN.doctor]],
    [`/api/doctors/search?q=${CANARY}`, []],
    [`${DOCTOR}/exceptions`, [TWIN.absence]],
    ['/api/holidays', [TWIN.holiday]],
  ] as const) {
    const answer = await admin(path)
    notes.hides(path, answer.text, /Riversidecanary/)
    const { results, count = ids.length } = jsonOf(answer)
    const found = results.map(({ id }: { id: string }) => id)
    notes.same(path, [found, count], [ids, ids.length])
  }
  for (const path of [DEPARTMENT, DOCTOR])
    notes.hides(path, (await admin(path)).text, /Riversidecanary/)
  const departments = jsonOf(await admin('/api/departments/stats'))
  notes.same('the departments in numbers', departments.total, 1)
  const { total, by_specialization, by_department } = jsonOf(await admin('/api/doctors/stats'))
  notes.same('the doctors in numbers', [total, by_specialization.ent], [1, 1])
  const ofDepartment = [{ department_id: TWIN.department, name: 'Amina', count: 1 }]
  notes.same('the doctors by department', by_department, ofDepartment)
}

/** What the appointment service is answered. */
async function told({ world }: Scene, notes: Notes): Promise<void> {
  const { app, identityKey: key } = world.services.hospital
  const asked = async (url: string) => {
    const request = { service: 'hospital', method: 'GET', url, key }
    const headers = testIdentity({ role: 'system', hospital_id: CITY.id }, request)
    return JSON.parse((await app.inject({ url, headers })).body)
  }
  const { results } = await asked(`/internal/doctors?ids=${TWIN.doctor}`)
  const days = [{ starts_on: '2098-01-01', ends_on: '2099-12-31' }]
  notes.same(
    'the doctor that others know',
    results.map((each: Record<string, unknown>) => [each.first_name, each.not_available]),
    [['Amina', days]],
  )
  const { id, holidays } = await asked('/internal/hospital')
  notes.same('the calendar that others know', [id, holidays], [CITY.id, ['2098-01-02']])
}

async function cursors(scene: Scene, notes: Notes): Promise<void> {
  for (const list of [
    '/api/departments?limit=1',
    `/api/departments/search?limit=1&q=${CANARY}`,
    '/api/doctors?limit=1',
    `/api/doctors/search?limit=1&q=${CANARY}`,
    `${DOCTOR}/exceptions?limit=1`,
    '/api/holidays?limit=1',
  ]) {
    const { next_cursor } = jsonOf(await scene.as(scene.riverside.admin)(list))
    const answer = await scene.as(scene.city.admin)(`${list}&cursor=${next_cursor}`)
    notes.answer(`${list} with a cursor of Riverside`, answer, 400, 'validation_failed')
  }
}

/** Doctors say when they themselves work, not when others do. */
async function schedules(scene: Scene, notes: Notes): Promise<void> {
  const { admin, doctor } = scene.city
  const put = { method: 'PUT', body: WEEK }
  const denied = await scene.as(doctor)(`${DOCTOR}/availability`, put)
  notes.answer('another doctor’s hours', denied, 403, 'forbidden')
  const events = await recorded(scene, 'hospital', denied)
  notes.same(
    'another doctor’s hours, on record',
    events.map(({ action }) => action),
    ['access.denied'],
  )
  const away = await scene.as(doctor)(`${DOCTOR}/exceptions`, { method: 'POST', body: AWAY })
  notes.answer('another doctor’s leave', away, 403, 'forbidden')
  const body = { user_id: doctor.account_id }
  await scene.as(admin)(DOCTOR, { method: 'PATCH', body })
  notes.answer('the own hours', await scene.as(doctor)(`${DOCTOR}/availability`, put), 200)
}

/** Changes of the own twin touch nothing of the other. */
async function changed(scene: Scene, notes: Notes): Promise<void> {
  const admin = scene.as(scene.city.admin)
  const unseen = { 'if-match': '"999"' }
  for (const path of [DEPARTMENT, DOCTOR]) {
    const body = path === DOCTOR ? { bio: 'Changed' } : { description: 'Changed' }
    const stale = await admin(path, { method: 'PATCH', body, headers: unseen })
    notes.answer(`PATCH ${path} of another version`, stale, 412, 'stale')
    const answer = await admin(path, { method: 'PATCH', body })
    notes.answer(`PATCH ${path}`, answer, 200)
    notes.hides(`PATCH ${path}`, answer.text, /Riversidecanary/)
    notes.answer(`DELETE ${path}`, await admin(path, { method: 'DELETE' }), 200)
  }
  for (const path of [`${DOCTOR}/exceptions/${TWIN.absence}`, `/api/holidays/${TWIN.holiday}`])
    notes.answer(`DELETE ${path}`, await admin(path, { method: 'DELETE' }), 204)
}

/** All that is stored of Riverside. */
function stored({ world }: Scene) {
  const tables = ['department', 'doctor', 'doctor_absence', 'holiday']
  const rows = tables.map(
    (each) => `select row_to_json(x)::text as row from ${each} x where hospital_id = $1`,
  )
  const hospital = 'select row_to_json(x)::text from hospital x where id = $1'
  return world.sql('hospital', `${[...rows, hospital].join(' union all ')} order by 1`, [
    RIVERSIDE.id,
  ])
}
