import type { Client } from 'pg'
import { copyRows, type Value } from './copy.ts'
import type { DemoHospital } from './hospitals.ts'
import { medicalRecordNumber, type PatientRules } from './patient-rules.ts'
import { type DemoPatient, demoPatients } from './patients.ts'
import { orderedUuid, Random } from './random.ts'

const AT_ONCE = 10_000
// Ids are in the order of registration, as the service's are.
const FIRST_ID = Date.UTC(2024, 0, 1)
const REGISTERED_WITHIN = 700 * 86_400_000

interface Row {
  id: string
  patient: DemoPatient
  values: Record<string, Value>
}

/** Which patients to store. */
export interface PatientLoad {
  hospital: DemoHospital
  count: number
  rules: PatientRules
  /** Told how many more are stored. */
  onLoaded(count: number): void
}

/** Stores the patients of one hospital, with all the service derives from them. */
export async function loadPatients(client: Client, load: PatientLoad) {
  const { hospital, count, rules, onLoaded } = load
  const prefix = rules.mrnPrefix(hospital.name)
  const spellings = new Map<string, string>()
  for (const rows of batches(numberedRows(load, prefix), AT_ONCE)) {
    const columns = Object.keys(rows[0]?.values ?? {})
    await copyRows(
      client,
      'patient',
      columns,
      rows.map(({ values }) => Object.values(values)),
    )
    await copyRows(
      client,
      'patient_name',
      ['hospital_id', 'word', 'patient_id'],
      names(hospital, rows),
    )
    await copyRows(
      client,
      'patient_identifier',
      ['hospital_id', 'key', 'type', 'patient_id'],
      identifiers(hospital, rows),
    )
    onLoaded(rows.length)
  }
  await copyRows(client, 'name_spelling', ['hospital_id', 'spelling', 'word'], dictionary())
  await copyRows(
    client,
    'mrn_counter',
    ['hospital_id', 'prefix', 'last_number'],
    [[hospital.id, prefix, count]],
  )

  function* names({ id }: DemoHospital, rows: Row[]): Generator<Value[]> {
    for (const row of rows) {
      const { words, misspelt } = rules.searchTerms(row.patient)
      for (const word of words) yield [id, word, row.id]
      for (const { spelling, word } of misspelt) spellings.set(`${spelling} ${word}`, word)
    }
  }

  function* identifiers({ id }: DemoHospital, rows: Row[]): Generator<Value[]> {
    for (const row of rows) {
      for (const { key, type } of rules.identifierKeys(row.patient)) yield [id, key, type, row.id]
    }
  }

  function* dictionary(): Generator<Value[]> {
    for (const [pair, word] of spellings) {
      yield [hospital.id, pair.slice(0, -word.length - 1), word]
    }
  }
}

function* numberedRows({ hospital, count, rules }: PatientLoad, prefix: string): Generator<Row> {
  const random = new Random(`ids of ${hospital.slug}`)
  const today = new Date()
  let number = 0
  for (const patient of demoPatients(hospital.slug, count, today)) {
    const id = orderedUuid(FIRST_ID + number, random)
    number += 1
    const age = Math.floor(REGISTERED_WITHIN * (1 - number / (count + 1)))
    const registered = new Date(today.getTime() - age).toISOString()
    const values = {
      hospital_id: hospital.id,
      id,
      mrn: medicalRecordNumber(prefix, number),
      ...rules.toRow(rules.complete(patient)),
      is_active: patient.is_active,
      created_at: registered,
      updated_at: registered,
    }
    yield { id, patient, values }
  }
}

function* batches<T>(items: Iterable<T>, size: number): Generator<T[]> {
  let batch: T[] = []
  for (const item of items) {
    batch.push(item)
    if (batch.length < size) continue
    yield batch
    batch = []
  }
  if (batch.length > 0) yield batch
}
