import { fold } from '@wardstone/service'
import { incompleteFee } from '../errors.ts'
import { foldedCode, searchWords } from '../records/search-words.ts'
import type { Doctor, DoctorPatch, Fee, NewDoctor } from './schemas.ts'

/** Every editable field, said or emptied. */
export type DoctorFields = Required<NewDoctor>

/** All fields of a body that says some: the others are empty. */
export function complete(body: NewDoctor): DoctorFields {
  return {
    department_id: null,
    user_id: null,
    experience_years: 0,
    phone: null,
    email: null,
    education: null,
    bio: null,
    consultation_fee: null,
    is_available: true,
    is_active: true,
    ...body,
  }
}

/**
 * The fields of `doctor` with a JSON merge patch (RFC 7396) applied.
 * @throws problem 400 when what comes out is no doctor
 */
export function merge(doctor: Doctor, patch: DoctorPatch): DoctorFields {
  const { id, slot_minutes, available_times, created_at, updated_at, version, ...fields } = doctor
  const { consultation_fee, ...rest } = patch
  const merged: DoctorFields = { ...fields, ...rest }
  if (consultation_fee !== undefined) {
    merged.consultation_fee = consultation_fee && mergeFee(doctor, consultation_fee)
  }
  return merged
}

function mergeFee({ consultation_fee: current }: Doctor, patch: Partial<Fee>): Fee {
  const { amount_minor, currency } = { ...current, ...patch }
  if (amount_minor === undefined) throw incompleteFee('amount_minor')
  if (currency === undefined) throw incompleteFee('currency')
  return { amount_minor, currency }
}

/** The fields with text in NFC, so that equal names are equal bytes. */
export function inNfc(fields: DoctorFields): DoctorFields {
  return {
    ...fields,
    first_name: fields.first_name.normalize('NFC'),
    last_name: fields.last_name.normalize('NFC'),
    license_number: fields.license_number.normalize('NFC'),
    education: fields.education?.normalize('NFC') ?? null,
    bio: fields.bio?.normalize('NFC') ?? null,
  }
}

/** The row of the table for some fields, with what is derived from them. */
export function toRow(fields: DoctorFields) {
  const { first_name, last_name, license_number, specialization, consultation_fee } = fields
  return {
    ...fields,
    consultation_fee: consultation_fee && JSON.stringify(consultation_fee),
    license_folded: foldedCode(license_number),
    name_sort: `${fold(last_name)} ${fold(first_name)}`,
    search_words: searchWords(
      first_name,
      last_name,
      specialization.replace('_', ' '),
      license_number,
    ),
  }
}
