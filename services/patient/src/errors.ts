import type { Permission } from '@wardstone/contracts'
import { problem } from '@wardstone/service'
import type { Candidate } from './patients/duplicates.ts'
import type { RowDuplicates, RowError } from './patients/import-schemas.ts'

/** The same bytes for a patient who is not there and for another hospital's. */
export const patientNotFound = () => problem(404, 'not_found', 'Not found')

/** The same bytes for an import that is not there and for another hospital's. */
export const importNotFound = () => problem(404, 'not_found', 'Not found')

/** `If-Match` or `version` is not the record's: somebody else changed it first. */
export const stalePatient = (version: number) =>
  problem(412, 'stale', 'The patient was changed by somebody else; read it again', { version })

/** One field is not what it may be. */
export const invalidField = (pointer: string, message: string) =>
  problem(400, 'validation_failed', 'Some fields are not valid', { errors: [{ pointer, message }] })

/** Somebody who may be the same person is registered already; who knows better confirms. */
export const possibleDuplicate = (candidates: Candidate[]) =>
  problem(
    409,
    'possible_duplicate',
    'The patient may be registered already; if it is nobody of these, send confirm_duplicate: true',
    { candidates },
  )

/** Rows of a file are not what they may be; none of it is stored. */
export const invalidRows = (errors: RowError[]) =>
  problem(400, 'validation_failed', 'Some rows are not valid; nothing was stored', {
    errors: errors.map((error) => ({ pointer: '/content', ...error })),
  })

/** Rows of a file may be of patients who are registered; none of it is stored. */
export const duplicateRows = (duplicates: RowDuplicates[]) =>
  problem(
    409,
    'possible_duplicate',
    'Some patients may be registered already; if they are nobody of these, send confirm_duplicates: true',
    { duplicates },
  )

/** Too many files at once. */
export const tooManyImports = () =>
  problem(
    503,
    'unavailable',
    'Too many imports are under way; try again',
    {},
    { 'retry-after': '5' },
  )

/** A date of birth that no living person has. */
export const impossibleDateOfBirth = (message: string) => invalidField('/date_of_birth', message)

/** A merge patch left an emergency contact without its `member`. */
export const incompleteContact = (member: 'name' | 'phone') =>
  invalidField(`/emergency_contact/${member}`, 'is required')

/** Some fields need a permission of their own. */
export const fieldForbidden = (permission: Permission) =>
  problem(403, 'forbidden', `Your role may not do this (${permission})`)

/** The record is closed to the caller's role. */
export const patientRestricted = () =>
  problem(
    403,
    'patient_restricted',
    'This patient is restricted; who must open the record breaks the glass at POST /api/break-glass',
  )
