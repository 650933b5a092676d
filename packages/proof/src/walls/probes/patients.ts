import { randomUUID } from 'node:crypto'
import { jsonOf } from '../../ask.ts'
import type { Notes, Probe } from '../probe.ts'
import type { Scene } from '../scene.ts'

const CANARY = 'Riversidecanary'

/** A new patient's body. */
export function aPatient(changes: object = {}) {
  return {
    first_name: 'Amina',
    last_name: 'Okafor',
    date_of_birth: '1984-05-17',
    gender: 'female',
    ...changes,
  }
}

/** The same, of whom it is sure that they are nobody who is registered. */
export function aNewcomer(changes: object = {}) {
  return { ...aPatient(changes), confirm_duplicate: true }
}

/** Riverside's patients have names of City's, and one of them has the very id of one of City's. */
async function register(scene: Scene) {
  const post = async (person: keyof Scene['city'], body: object, side: 'city' | 'riverside') =>
    jsonOf(await scene.as(scene[side][person])('/api/patients', { method: 'POST', body }))
  const secret = { address: CANARY, medical_history: CANARY, phone: '+49 30 7777777' }
  const theirs = []
  for (const names of [
    { first_name: 'Joseph', middle_name: 'Zebediah' },
    { first_name: 'Aminata' },
    { first_name: CANARY },
  ])
    theirs.push(await post('admin', aNewcomer({ ...names, ...secret }), 'riverside'))
  const mine = []
  for (const first_name of ['Amina', 'Joseph'])
    mine.push(await post('admin', aNewcomer({ first_name }), 'city'))
  // A twin: the same id in both hospitals, so that only the hospital tells them apart.
  const twin = randomUUID()
  for (const [table, column] of [
    ['patient_name', 'patient_id'],
    ['patient', 'id'],
  ] as const) {
    await scene.world.sql('patient', `alter table ${table} disable trigger all`)
    for (const { id } of [theirs[0], mine[0]]) {
      await scene.world.sql('patient', `update ${table} set ${column} = $1 where ${column} = $2`, [
        twin,
        id,
      ])
    }
    await scene.world.sql('patient', `alter table ${table} enable trigger all`)
  }
  mine[0].id = twin
  return { mine, theirs: theirs.slice(1), twin, mrn: theirs[0].mrn }
}

/** Nothing of the patients of another hospital is seen, counted, found or changed. */
export const patients: Probe = {
  services: ['patient'],
  async look(scene, notes) {
    const { mine, theirs, twin, mrn } = await register(scene)
    const before = await stored(scene)
    const admin = scene.as(scene.city.admin)
    const ids = mine.map(({ id }) => id).sort()

    const list = jsonOf(await admin('/api/patients?limit=100&count=true'))
    notes.same('the list', idsOf(list), ids)
    notes.same('the count', list.count, 2)
    for (const gender of ['female', 'male']) {
      const filtered = jsonOf(await admin(`/api/patients?gender=${gender}&count=true`))
      notes.same(`the count of ${gender}`, filtered.count, gender === 'female' ? 2 : 0)
    }
    const stats = jsonOf(await admin('/api/patients/stats'))
    notes.same('the statistics', [stats.total, stats.by_gender.female], [2, 2])
    for (const [q, found] of [
      ['okafor', ids],
      ['amina okafor', [twin]],
      ['amina', [twin]],
      ['amnia', [twin]],
      ['jospeh', [mine[1].id]],
      ['zebediah', []],
      [CANARY, []],
      ['riversidecanray', []],
      ['7777777', []],
      [mrn, []],
    ] as const) {
      const page = jsonOf(await admin(`/api/patients/search?q=${encodeURIComponent(q)}`))
      notes.same(`the search for ${q}`, idsOf(page), found)
      notes.hides(`the search for ${q}`, JSON.stringify(page), /Riversidecanary/)
    }
    const own = await admin(`/api/patients/${twin}`)
    notes.answer('the own twin', own, 200)
    notes.hides('the own twin', own.text, /Riversidecanary/)
    await foreign(scene, notes, theirs[0].id)
    await changed(scene, notes, twin)
    notes.same('the patients of Riverside', await stored(scene), before)
  },
}

async function foreign(scene: Scene, notes: Notes, id: string): Promise<void> {
  const admin = scene.as(scene.city.admin)
  for (const [method, path, body] of [
    ['GET', ''],
    ['PUT', '', aPatient()],
    ['PATCH', '', { first_name: 'X' }],
    ['DELETE', ''],
    ['POST', '/reactivate'],
  ] as const) {
    const answer = await admin(`/api/patients/${id}${path}`, { method, body })
    notes.answer(`${method} of another hospital’s`, answer, 404, 'not_found')
  }
}

/** Changes of the own twin touch nothing of the other. */
async function changed(scene: Scene, notes: Notes, twin: string): Promise<void> {
  const admin = scene.as(scene.city.admin)
  const path = `/api/patients/${twin}`
  const renamed = await admin(path, { method: 'PATCH', body: { first_name: 'Changed' } })
  notes.answer('PATCH of the own twin', renamed, 200)
  const replaced = await admin(path, { method: 'PUT', body: aPatient({ first_name: 'Changed' }) })
  notes.answer('PUT of the own twin', replaced, 200)
  notes.hides('PUT of the own twin', replaced.text, /Riversidecanary/)
  notes.answer('DELETE of the own twin', await admin(path, { method: 'DELETE' }), 200)
  const again = await admin(`${path}/reactivate`, { method: 'POST' })
  notes.answer('reactivation of the own twin', again, 200)
}

/** All that is stored of Riverside's patients. */
function stored({ world, riverside }: Scene) {
  return world.sql(
    'patient',
    `select row_to_json(patient)::text as row from patient where hospital_id = $1
      union all select row_to_json(patient_name)::text from patient_name where hospital_id = $1
      union all select row_to_json(mrn_counter)::text from mrn_counter where hospital_id = $1
      union all select row_to_json(name_spelling)::text from name_spelling where hospital_id = $1
      order by 1`,
    [riverside.admin.hospital?.id],
  )
}

function idsOf(page: { results: { id: string }[] }): string[] {
  return page.results.map(({ id }) => id).sort()
}
