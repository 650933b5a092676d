import type { Permission } from '@wardstone/contracts'
import { problem } from '@wardstone/service'

/** The same bytes for a patient who is not there and for another hospital's. */
export const patientNotFound = () => problem(404, 'not_found', 'Not found')

/** `If-Match` or `version` is not the record's: somebody else changed it first. */
export const stalePatient = (version: number) =>
  problem(412, 'stale', 'The patient was changed by somebody else; read it again', { version })

/** A date of birth that no living person has. */
export const impossibleDateOfBirth = (message: string) =>
  problem(400, 'validation_failed', 'Some fields are not valid', {
    errors: [{ pointer: '/date_of_birth', message }],
  })

/** A merge patch left an emergency contact without its `member`. */
export const incompleteContact = (member: 'name' | 'phone') =>
  problem(400, 'validation_failed', 'Some fields are not valid', {
    errors: [{ pointer: `/emergency_contact/${member}`, message: 'is required' }],
  })

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
