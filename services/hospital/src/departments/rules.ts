import { fold } from '@wardstone/service'
import { foldedCode, searchWords } from '../records/search-words.ts'
import type { Department, DepartmentPatch, NewDepartment } from './schemas.ts'

/** Every editable field, said or emptied. */
export type DepartmentFields = Required<NewDepartment>

/** All fields of a body that says some: the others are empty. */
export function complete(body: NewDepartment): DepartmentFields {
  return { description: null, head_doctor_id: null, is_active: true, ...body }
}

/** The fields of `department` with a JSON merge patch (RFC 7396) applied. */
export function merge(department: Department, patch: DepartmentPatch): DepartmentFields {
  const { name, code, description, head_doctor_id, is_active } = department
  return { name, code, description, head_doctor_id, is_active, ...patch }
}

/** The row of the table for some fields: text in NFC, and what is derived from it. */
export function toRow({ head_doctor_id, is_active, ...texts }: DepartmentFields) {
  const name = texts.name.normalize('NFC')
  const code = texts.code.normalize('NFC')
  return {
    name,
    code,
    description: texts.description?.normalize('NFC') ?? null,
    head_doctor_id,
    is_active,
    code_folded: foldedCode(code),
    name_sort: fold(name),
    search_words: searchWords(name, code),
  }
}
