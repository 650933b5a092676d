import fc, { type Arbitrary } from 'fast-check'
import { CITY, NOBODYS_ID, RIVERSIDE } from '../hospitals.ts'
import { foreignCursor, foreignId, ownCursor, ownId, ownWord, seenVersionNumber } from './slots.ts'

/** The password of everybody who has one. */
export const PASSWORD = 'right horse, wrong battery 1'

/** The people whose passwords are known. */
export const SIGNERS = Array.from({ length: 8 }, (_, index) => `signer_${index}_city`)

const FIRST = ['Ana', 'Ada', 'José', 'Zoë', 'Nguyễn', 'Olga', 'Per', 'Anna-Lena', "D'Arcy"]
const LAST = ['García', 'Smith', 'Smyth', 'Müller', 'O’Brien', 'Øster', 'Li', 'van der Berg']
const PHONES = ['+44 20 7946 0018', '020 7946 0018', '+34 912 345 678', '(555) 010-0199']

const index = fc.nat(9999)
const first = fc.constantFrom(...FIRST)
const last = fc.constantFrom(...LAST)
const phone = fc.constantFrom(...PHONES)
const birth = fc
  .date({ min: new Date('1925-01-01'), max: new Date('2025-12-31'), noInvalidDate: true })
  .map((date) => date.toISOString().slice(0, 10))

const hospital = fc.oneof(
  { weight: 6, arbitrary: fc.constant(CITY.id) },
  { weight: 1, arbitrary: fc.constantFrom(RIVERSIDE.id, NOBODYS_ID) },
)

/** An id for a path, or for a field that names a record of the collection `of`. */
export function idOf(of: string): Arbitrary<unknown> {
  if (of === '/api/hospitals') return hospital
  return fc.oneof(
    { weight: 6, arbitrary: index.map((n) => ownId(of, n)) },
    { weight: 2, arbitrary: index.map(foreignId) },
    { weight: 1, arbitrary: index.map((n) => ownId('', n)) },
    { weight: 1, arbitrary: fc.constant(NOBODYS_ID) },
  )
}

const password = fc.oneof(
  { weight: 9, arbitrary: fc.constant(PASSWORD) },
  { weight: 1, arbitrary: fc.constant('not their password at all') },
)
// Never twice in a run: a name that somebody of another hospital has is refused to everybody, see `worlds.ts`.
const unique = fc.tuple(fc.nat(2 ** 30), fc.nat(2 ** 30)).map((parts) => parts.join('_'))
const query = fc.oneof(
  first,
  last,
  fc.tuple(first, last).map((names) => names.join(' ')),
  last.map((name) => name.slice(0, 2)),
  phone,
  phone.map((number) => number.slice(-4)),
  fc.nat(40).map((number) => `CGH-${String(number).padStart(6, '0')}0`),
)

// The same for every world of a run, and to come for all of it.
const soon = Math.ceil(Date.now() / 86_400_000) + 3
const hour = fc
  .integer({ min: 0, max: 24 * 60 })
  .map((hours) => new Date(soon * 86_400_000 + hours * 3_600_000).toISOString())

/**
 * Fields whose values must be known to mean something, by their names. What is not here is made from
 * its schema alone.
 */
export const KNOWN_FIELDS: Readonly<Record<string, Arbitrary<unknown>>> = {
  code: unique,
  current_password: password,
  cursor: fc.oneof(
    { weight: 8, arbitrary: fc.constant(undefined) },
    { weight: 1, arbitrary: index.map(ownCursor) },
    { weight: 1, arbitrary: index.map(foreignCursor) },
  ),
  email: unique.map((text) => `${text}@example.org`),
  head_doctor_id: idOf('/api/doctors'),
  invitation_code: index.map((n) => ownWord('code', n)),
  license_number: unique,
  new_password: fc.constantFrom(PASSWORD, 'right horse, wrong battery 2', 'password1234'),
  password,
  refresh_token: index.map((n) => ownWord('refresh_token', n)),
  starts_at: hour,
  time_zone: fc.constantFrom('UTC', 'Europe/Madrid', 'Asia/Kolkata', 'Mars/Olympus'),
  username: fc.oneof(
    { weight: 1, arbitrary: fc.constantFrom(...SIGNERS) },
    { weight: 1, arbitrary: unique },
  ),
  version: fc.oneof(
    { weight: 3, arbitrary: fc.constant(seenVersionNumber) },
    { weight: 1, arbitrary: fc.integer({ min: 1, max: 5 }) },
  ),
}

const newcomer = ['username', 'email', 'first_name', 'last_name']

/**
 * Operations whose body needs one of several sets of fields, which a schema of closed objects cannot
 * say. The fields of the other sets are left out.
 */
export const EITHER: Readonly<Record<string, readonly (readonly string[])[]>> = {
  'POST /api/auth/memberships': [['hospital_id'], ['invitation_code']],
  'POST /api/auth/register': [
    [...newcomer, 'hospital_id'],
    [...newcomer, 'invitation_code'],
  ],
  'POST /api/break-glass': [['patient_id'], ['hospital_id']],
  'POST /api/patients': [
    ['first_name', 'last_name', 'date_of_birth'],
    ['first_name', 'last_name', 'estimated_age'],
    ['is_unknown'],
  ],
}

/** Fields with values that the people of both hospitals share, beside those of their schemas. */
export const SHARED_FIELDS: Readonly<Record<string, Arbitrary<unknown>>> = {
  date_of_birth: birth,
  first_name: first,
  last_name: last,
  middle_name: first,
  phone,
  q: query,
  search: query,
}
