import type { OutboxTable } from '@wardstone/tenancy'
import type { ColumnType, Generated } from 'kysely'
import type { ImportTask } from '../imports/schemas.ts'
import type { Allergy } from '../patients/clinical.ts'
import type { Identifier, IdentifierKey } from '../patients/identifiers.ts'
import type { Patient } from '../patients/schemas.ts'

/** A column that no code can update: a row stays with its hospital, an id stays with its record. */
type Fixed = ColumnType<string, string, never>

export interface PatientTable {
  hospital_id: Fixed
  id: Fixed
  mrn: Fixed
  first_name: string
  last_name: string
  middle_name: string | null
  /** First and last name folded, to sort by. */
  name_sort: string
  date_of_birth: string
  date_of_birth_estimated: Generated<boolean>
  gender: Generated<Patient['gender']>
  blood_group: Patient['blood_group']
  phone: string | null
  /** The digits of `phone` from the last to the first: a tail is found as a prefix. */
  phone_reversed: string | null
  email: string | null
  address: string | null
  emergency_contact: ColumnType<Patient['emergency_contact'], string | null, string | null>
  national_id: string | null
  identifiers: ColumnType<Identifier[], string, string>
  preferred_language: string | null
  medical_history: string | null
  allergies: ColumnType<Allergy[], string, string>
  allergy_status: NonNullable<Patient['allergy_status']>
  is_unknown: Generated<boolean>
  is_active: Generated<boolean>
  is_restricted: Generated<boolean>
  created_at: Generated<string>
  updated_at: Generated<string>
  version: Generated<number>
}

/** One row for each word of a patient's names, folded. */
export interface PatientNameTable {
  hospital_id: Fixed
  word: string
  patient_id: string
}

/** The words of a hospital's patients by each spelling with one letter left out, to find misspelt ones. */
export interface NameSpellingTable {
  hospital_id: Fixed
  spelling: string
  word: string
}

/** The last number a hospital's medical record numbers reached. */
export interface MrnCounterTable {
  hospital_id: Fixed
  prefix: string
  last_number: number
}

/** An identifier of a patient as it is compared. */
export interface PatientIdentifierTable {
  hospital_id: Fixed
  key: string
  type: IdentifierKey['type']
  patient_id: string
}

/** The last number of the hospital's unknown patients of one gender. */
export interface UnknownPatientCounterTable {
  hospital_id: Fixed
  gender: Patient['gender']
  last_number: number
}

/** How many patients of a hospital have one value of one kind; triggers on `patient` keep it. */
export interface PatientCountTable {
  hospital_id: Fixed
  kind: 'is_active' | 'gender' | 'blood_group' | 'date_of_birth' | 'registered_on'
  value: string
  count: number
}

/** How far an import is. Nothing of a patient is in it. */
export interface PatientImportTable extends Omit<ImportTask, 'id' | 'started_at' | 'requested_by'> {
  hospital_id: Fixed
  id: Fixed
  requested_by: Fixed
  started_at: Generated<string>
  /** When it was last heard of. */
  updated_at: string
}

export interface Database {
  patient: PatientTable
  patient_name: PatientNameTable
  name_spelling: NameSpellingTable
  mrn_counter: MrnCounterTable
  patient_count: PatientCountTable
  patient_identifier: PatientIdentifierTable
  unknown_patient_counter: UnknownPatientCounterTable
  patient_import: PatientImportTable
  outbox: OutboxTable
}
