import { problem } from '@wardstone/service'

/** The same bytes for a hospital that is not there and for one that is not the caller's. */
export const hospitalNotFound = () => problem(404, 'not_found', 'Not found')

/** `If-Match` or `version` is not the record's: somebody else changed it first. */
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
