import { resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import type { Value } from './copy.ts'
import type { DemoPatient } from './patients.ts'

/** How the patient service derives what it stores. */
export interface PatientRules {
  /** With what a new patient has unless said otherwise. */
  complete(patient: DemoPatient): object
  toRow(patient: object): Record<string, Value>
  searchTerms(patient: DemoPatient): {
    words: string[]
    misspelt: { spelling: string; word: string }[]
  }
  identifierKeys(patient: DemoPatient): { type: string; key: string }[]
  mrnPrefix(hospitalName: string): string
}

/** The service's own rules, taken at run time as its migrations are: packages import no service. */
export async function patientRules(): Promise<PatientRules> {
  const folder = resolve(import.meta.dirname, '../../../..', 'services/patient/src/patients')
  const files = ['rules.ts', 'identifiers.ts'].map(
    (name) => pathToFileURL(resolve(folder, name)).href,
  )
  return Object.assign({}, ...(await Promise.all(files.map((file) => import(file)))))
}

/** A medical record number: prefix, number and Luhn digit (as `luhn_digit` in the service's migrations). */
export function medicalRecordNumber(prefix: string, number: number): string {
  const digits = String(number).padStart(6, '0')
  const sum = [...digits].reverse().reduce((total, digit, position) => {
    const value = Number(digit) * (position % 2 === 0 ? 2 : 1)
    return total + Math.floor(value / 10) + (value % 10)
  }, 0)
  return `${prefix}-${digits}${(10 - (sum % 10)) % 10}`
}
