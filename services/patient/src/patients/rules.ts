import { nameWords } from '@wardstone/service'
import { impossibleDateOfBirth, incompleteContact, invalidField } from '../errors.ts'
import { allergyFault, allergyStatus } from './clinical.ts'
import { nameSort, phoneReversed, spellings } from './names.ts'
import type { Patient, PatientBody, PatientPatch } from './schemas.ts'

const OLDEST_YEARS = 130

/** Every editable field, said or emptied. */
export type PatientFields = Required<PatientBody> & Pick<Patient, 'is_unknown'>

/** @throws problem 400 for a date in the future or more than 130 years ago */
export function checkDateOfBirth(date: string, now = new Date()): void {
  // The day has already come somewhere east of Greenwich.
  const latest = new Date(now.getTime() + 14 * 3_600_000).toISOString().slice(0, 10)
  const oldest = `${now.getUTCFullYear() - OLDEST_YEARS}${latest.slice(4)}`
  if (date > latest) throw impossibleDateOfBirth('must not be in the future')
  if (date < oldest) throw impossibleDateOfBirth(`must not be more than ${OLDEST_YEARS} years ago`)
}

/**
 * All fields of a body that says some: the others are empty.
 * @throws problem 400 when the status of the allergies is not that of their list
 */
export function complete(body: PatientBody & { is_unknown?: boolean }): PatientFields {
  const { allergies = [], allergy_status = allergyStatus(allergies) } = body
  const fault = allergyFault({ allergies, allergy_status })
  if (fault) throw invalidField('/allergy_status', fault)
  return {
    middle_name: null,
    date_of_birth_estimated: false,
    gender: 'unknown',
    blood_group: null,
    phone: null,
    email: null,
    address: null,
    emergency_contact: null,
    national_id: null,
    identifiers: [],
    preferred_language: null,
    medical_history: null,
    is_restricted: false,
    is_unknown: false,
    ...body,
    allergies,
    allergy_status,
  }
}

/**
 * The fields of `patient` with a JSON merge patch (RFC 7396) applied.
 * @throws problem 400 when what comes out is no patient
 */
export function merge(patient: Patient, patch: PatientPatch): PatientBody {
  const { id, mrn, is_active, created_at, updated_at, version, hospital, ...fields } = patient
  const { is_unknown, identifiers, allergies, allergy_status, ...plain } = fields
  const { emergency_contact, ...rest } = patch
  const merged: PatientBody = {
    ...plain,
    identifiers: identifiers ?? [],
    allergies: allergies ?? [],
    ...(!patch.allergies && allergy_status && { allergy_status }),
    ...rest,
  }
  if (emergency_contact !== undefined) {
    merged.emergency_contact = emergency_contact && mergeContact(patient, emergency_contact)
  }
  if (patch.date_of_birth !== undefined) checkDateOfBirth(patch.date_of_birth)
  return merged
}

/** Whoever is given another name than the one for now is not unknown any more. */
export function stillUnknown(patient: Patient, names: NamesOf<PatientBody>): boolean {
  return (
    patient.is_unknown &&
    patient.first_name === names.first_name &&
    patient.last_name === names.last_name
  )
}

type NamesOf<T extends PatientBody> = Pick<T, 'first_name' | 'last_name'>

function mergeContact(
  { emergency_contact: current }: Patient,
  patch: NonNullable<PatientPatch['emergency_contact']>,
): NonNullable<PatientBody['emergency_contact']> {
  const { name, phone, relationship } = { ...current, ...patch }
  if (!name) throw incompleteContact('name')
  if (!phone) throw incompleteContact('phone')
  return { name, phone, ...(relationship && { relationship }) }
}

/** The row of the table for some fields: text in NFC, and what is derived from it. */
export function toRow(fields: PatientFields) {
  return {
    first_name: fields.first_name.normalize('NFC'),
    last_name: fields.last_name.normalize('NFC'),
    middle_name: nfc(fields.middle_name),
    name_sort: nameSort(fields.first_name, fields.last_name),
    date_of_birth: fields.date_of_birth,
    date_of_birth_estimated: fields.date_of_birth_estimated,
    gender: fields.gender,
    blood_group: fields.blood_group,
    phone: fields.phone,
    phone_reversed: phoneReversed(fields.phone),
    email: fields.email,
    address: nfc(fields.address),
    emergency_contact:
      fields.emergency_contact && JSON.stringify(fields.emergency_contact, textInNfc),
    national_id: nfc(fields.national_id),
    identifiers: JSON.stringify(fields.identifiers, textInNfc),
    preferred_language: fields.preferred_language,
    medical_history: nfc(fields.medical_history),
    allergies: JSON.stringify(fields.allergies, textInNfc),
    allergy_status: fields.allergy_status,
    is_unknown: fields.is_unknown,
    is_restricted: fields.is_restricted,
  }
}

function nfc(text: string | null): string | null {
  return text?.normalize('NFC') ?? null
}

function textInNfc(_name: string, value: unknown): unknown {
  return typeof value === 'string' ? value.normalize('NFC') : value
}

/** The words by which a patient is found, with the spellings of each. */
export function searchTerms(
  fields: Pick<PatientFields, 'first_name' | 'last_name' | 'middle_name'>,
) {
  const words = nameWords(fields.first_name, fields.middle_name, fields.last_name)
  const misspelt = words.flatMap((word) => spellings(word).map((spelling) => ({ spelling, word })))
  return { words, misspelt }
}

/** Initials of the hospital's name: the head of its medical record numbers. */
export function mrnPrefix(hospitalName: string): string {
  const initials =
    hospitalName
      .normalize('NFKD')
      .match(/\b[A-Za-z]/g)
      ?.join('')
      .toUpperCase() ?? ''
  return initials.slice(0, 4) || 'H'
}

/** The number and its Luhn digit: see `luhn_digit` in the migrations. */
export const MRN_PATTERN = /^([A-Z]{1,4})-?(\d{7,11})$/
