import { invalidField } from '../errors.ts'
import { checkDateOfBirth, complete, type PatientFields } from './rules.ts'
import type { NewPatient } from './schemas.ts'

/** Of whom nobody can guess the age: a day that no form is filled in with by chance, and an estimate. */
const NO_AGE = '1900-01-01'

/** Every field of a new patient; of an unknown one the name is given with the number. */
export function toFields(body: NewPatient): PatientFields {
  const { confirm_duplicate: _, estimated_age, is_unknown = false, ...said } = body
  const { first_name = '', last_name = '' } = namesOf(body)
  return complete({ ...said, ...birthOf(body), first_name, last_name, is_unknown })
}

function namesOf({ is_unknown, first_name, last_name }: NewPatient) {
  for (const [field, value] of Object.entries({ first_name, last_name })) {
    if (is_unknown && value !== undefined)
      throw invalidField(`/${field}`, 'must not be given for an unknown patient')
    if (!is_unknown && value === undefined) throw invalidField(`/${field}`, 'is required')
  }
  return { first_name, last_name }
}

function birthOf(body: NewPatient, now = new Date()) {
  const { date_of_birth, estimated_age, date_of_birth_estimated = false, is_unknown } = body
  if (date_of_birth !== undefined) {
    if (estimated_age !== undefined)
      throw invalidField('/estimated_age', 'must not be given with date_of_birth')
    checkDateOfBirth(date_of_birth)
    return { date_of_birth, date_of_birth_estimated }
  }
  if (estimated_age !== undefined) {
    const date = `${now.getUTCFullYear() - estimated_age}-01-01`
    return { date_of_birth: date, date_of_birth_estimated: true }
  }
  if (!is_unknown) throw invalidField('/date_of_birth', 'is required')
  return { date_of_birth: NO_AGE, date_of_birth_estimated: true }
}

const CALLED: Readonly<Record<string, string>> = { male: 'Male', female: 'Female', other: 'Other' }

/** What the hospital's `number`th unknown patient of a gender is called until somebody knows better. */
export function unknownName(gender: PatientFields['gender'], number: number) {
  return { first_name: 'Unknown', last_name: `${CALLED[gender] ?? 'Person'} ${number}` }
}
