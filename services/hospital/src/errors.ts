import { type ProblemError, problem } from '@wardstone/service'

/** The same bytes for what is not there and for what is another hospital's. */
export const notFound = () => problem(404, 'not_found', 'Not found')

/** `If-Match` or `version` is not the record's: somebody else changed it first. */
export const stale = (version: number) =>
  problem(412, 'stale', 'The record was changed by somebody else; read it again', { version })

/** As {@link stale}, of the hospital. */
export const staleHospital = (version: number) =>
  problem(412, 'stale', 'The hospital was changed by somebody else; read it again', { version })

/** Another hospital has this name or slug. */
export const hospitalExists = (field: 'name' | 'slug') =>
  problem(409, 'hospital_exists', `A hospital with this ${field} exists already`, {
    errors: [{ pointer: `/${field}`, message: 'is taken by another hospital' }],
  })

/** A hospital's own admins may not change these fields. */
export const fieldsForbidden = (fields: readonly string[]) =>
  problem(403, 'forbidden', `Only a platform administrator may change ${fields.join(', ')}`)

/** A value of the right shape that does not exist, such as the time zone Mars/Olympus. */
export const unknownValue = (field: string, message: string) =>
  problem(400, 'validation_failed', 'Some fields are not valid', {
    errors: [{ pointer: `/${field}`, message }],
  })

/** A merge patch left a fee without its `member`. */
export const incompleteFee = (member: 'amount_minor' | 'currency') =>
  unknownValue(`consultation_fee/${member}`, 'is required')

/** Doctors change when they themselves work; who may enter doctors, when each does. */
export const scheduleForbidden = () =>
  problem(403, 'forbidden', 'Your role may change your own schedule only')

const taken = (code: string, field: string, what: string) =>
  problem(409, code, `This hospital has ${what} already`, {
    errors: [{ pointer: `/${field}`, message: 'is taken' }],
  })

/** What the constraints of the tables stand for. */
const CONFLICTS: Readonly<Record<string, () => ProblemError>> = {
  department_code: () => taken('department_code_taken', 'code', 'a department with this code'),
  department_head: () => unknownValue('head_doctor_id', 'is not a doctor of this hospital'),
  doctor_license: () =>
    taken('license_number_taken', 'license_number', 'a doctor with this license number'),
  doctor_user: () => taken('user_is_doctor', 'user_id', 'a doctor for this user'),
  doctor_in_department: () => unknownValue('department_id', 'is not a department of this hospital'),
  holiday_date: () => taken('holiday_exists', 'date', 'a holiday on this day'),
}

/** The problem behind PostgreSQL's unique_violation or foreign_key_violation. */
export function conflictOf(error: unknown): ProblemError | undefined {
  const { code = '', constraint = '' } = error as { code?: string; constraint?: string }
  return /^2350[35]$/.test(code) ? CONFLICTS[constraint]?.() : undefined
}
