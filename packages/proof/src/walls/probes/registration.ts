import { jsonOf } from '../../ask.ts'
import type { Notes, Probe } from '../probe.ts'
import type { Scene } from '../scene.ts'
import { aPatient } from './patients.ts'

const CANARY = 'Riversidecanary'
const OLD_MRN = 'OLD-7731'
const PHONE = '+49 30 7777777'

/** Whoever is registered at another hospital is nobody's likely duplicate, in no file and not found by an old number. */
export const registration: Probe = {
  services: ['patient'],
  async look(scene, notes) {
    const theirs = aPatient({
      first_name: CANARY,
      last_name: CANARY,
      phone: PHONE,
      identifiers: [{ type: 'old_mrn', value: OLD_MRN }],
    })
    const riverside = scene.as(scene.riverside.admin)
    const made = await riverside('/api/patients', { method: 'POST', body: theirs })
    notes.answer('a registration at Riverside', made, 201)
    const again = await riverside('/api/patients', { method: 'POST', body: theirs })
    notes.answer('the same again', again, 409, 'possible_duplicate')

    const admin = scene.as(scene.city.admin)
    const found = jsonOf(await admin(`/api/patients/search?q=${OLD_MRN}`))
    notes.same('the search for an old number', found.results.length, 0)
    const rows = JSON.stringify({ ...theirs, identifiers: undefined, first_name: 'Amina' })
    const trial = await admin('/api/patients/import', {
      method: 'POST',
      body: { format: 'ndjson', content: rows, dry_run: true },
    })
    notes.answer('the trial of an import', trial, 200)
    notes.same('the duplicates of its rows', jsonOf(trial).duplicates, [])
    const own = await admin('/api/patients', {
      method: 'POST',
      body: { ...theirs, first_name: 'Amina', last_name: 'Okafor' },
    })
    notes.answer('a registration at City', own, 201)
    const file = await admin('/api/patients/export?format=ndjson')
    notes.answer('the export', file, 200)
    notes.same('its lines', file.text.trim().split('\n').length, 1)
    notes.hides('the export', file.text, /Riversidecanary/)
    await imports(scene, notes, { format: 'ndjson', content: rows, dry_run: true })
  },
}

/** How far the files of another hospital are is nobody's business either. */
async function imports(scene: Scene, notes: Notes, body: object): Promise<void> {
  const [admin, riverside] = [scene.as(scene.city.admin), scene.as(scene.riverside.admin)]
  const path = '/api/patients/imports'
  const made = []
  for (let count = 0; count < 2; count += 1)
    made.push(jsonOf(await riverside('/api/patients/import', { method: 'POST', body })).import_id)
  const own = jsonOf(await admin(path)).results
  notes.same('the own imports', own.length, 1)
  for (const id of made) {
    notes.answer('an import of Riverside', await riverside(`${path}/${id}`), 200)
    notes.answer('the same from City', await admin(`${path}/${id}`), 404, 'not_found')
  }
  const { next_cursor } = jsonOf(await riverside(`${path}?limit=1`))
  const led = await admin(`${path}?limit=1&cursor=${next_cursor}`)
  notes.answer('the cursor of another hospital', led, 400, 'validation_failed')
}
