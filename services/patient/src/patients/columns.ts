import { type Identity, isGranted } from '@wardstone/contracts'

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
  'preferred_language',
] as const

/** What every reader of a patient sees. */
export const DEMOGRAPHIC = [
  'id',
  'mrn',
  ...EDITABLE,
  'is_active',
  'created_at',
  'updated_at',
  'version',
] as const

/** What needs `patient.clinical.read`. */
const CLINICAL = ['medical_history'] as const

/** Their names are told to the audit when they change. */
export const AUDITED = [...EDITABLE, ...CLINICAL, 'is_active'] as const

/** The columns that `identity` may see. What it may not see never leaves the database. */
export function readableBy(identity: Identity) {
  const clinical = isGranted(identity.role, 'patient.clinical.read') ? CLINICAL : []
  return [...DEMOGRAPHIC, ...clinical] as const
}
