import { type Identity, isGranted } from '@wardstone/contracts'
import { sql } from 'kysely'
import { CLINICAL } from './clinical.ts'
import { isClosedTo, rowIsClosedTo } from './restriction.ts'
import type { Patient } from './schemas.ts'

const EDITABLE = [
  'first_name',
  'last_name',
  'middle_name',
  'date_of_birth',
  'date_of_birth_estimated',
  'gender',
  'blood_group',
  'phone',
  'email',
  'address',
  'emergency_contact',
  'national_id',
  'identifiers',
  'preferred_language',
  'is_unknown',
  'is_restricted',
] as const

/** The columns of a patient but the clinical part. */
const DEMOGRAPHIC = [
  'id',
  'mrn',
  ...EDITABLE,
  'is_active',
  'created_at',
  'updated_at',
  'version',
] as const

/** Every column that a change may have to show. */
export const SHOWN = [...DEMOGRAPHIC, ...CLINICAL] as const

/** Of a patient whose record is closed to the reader these are null. */
const MASKED_TEXT = ['phone', 'email', 'address', 'national_id'] as const
const MASKED = [...MASKED_TEXT, 'emergency_contact', 'identifiers'] as const

/** What every reader of a patient sees. */
const OPEN = DEMOGRAPHIC.filter(
  (column): column is Exclude<(typeof DEMOGRAPHIC)[number], (typeof MASKED)[number]> =>
    !(MASKED as readonly string[]).includes(column),
)

/** Their names are told to the audit when they change. */
export const AUDITED = [...EDITABLE, ...CLINICAL, 'is_active'] as const

/** The columns of `table` that `identity` may see. What it may not see never leaves the database. */
export function readableBy<T extends 'patient' | 'change'>(identity: Identity, table: T) {
  const closed = rowIsClosedTo(identity, table)
  const masked = <C extends keyof Patient>(column: C) =>
    sql<
      Required<Patient>[C]
    >`case when ${closed} then null else ${sql.ref(`${table}.${column}`)} end`.as(column)
  return [
    ...OPEN.map((column) => `${table}.${column}` as const),
    ...MASKED_TEXT.map(masked),
    masked('emergency_contact'),
    masked('identifiers'),
    ...(isGranted(identity.role, 'patient.clinical.read')
      ? [masked('medical_history'), masked('allergies'), masked('allergy_status')]
      : []),
  ] as const
}

/** A row as `identity` is shown it: with its hospital; of a closed record the clinical part is not even empty. */
export function toPatient<Row extends Pick<Patient, 'id' | 'is_restricted'>>(
  identity: Identity,
  row: Row,
) {
  const hospital = { id: identity.hospital_id as string, name: identity.hospital_name ?? '' }
  const patient = { ...row, hospital }
  if (isClosedTo(identity, row)) {
    for (const column of CLINICAL) delete (patient as Partial<Patient>)[column]
  }
  return patient
}
