import type { Shown } from './history.ts'

/** A patient of an answer. */
export function shownPatient(json: {
  id: string
  version: number
  middle_name: string
  address: string
  is_active: boolean
}): Shown {
  const { id, version, middle_name: mark, address, is_active } = json
  return { type: 'patient', id, version, mark, value: `${address}, ${is_active ? '' : 'in'}active` }
}

/** An appointment of an answer. */
export function shownAppointment(json: {
  id: string
  version: number
  reason: string
  starts_at: string
  status: string
}): Shown {
  const { id, version, reason: mark, starts_at, status } = json
  return { type: 'appointment', id, version, mark, value: `${starts_at}, ${status}` }
}

/** A department of an answer. */
export function shownDepartment(json: {
  id: string
  version: number
  code: string
  description: string
}): Shown {
  const { id, version, code: mark, description } = json
  return { type: 'department', id, version, mark, value: description }
}

/** What a person knows of a record that they made, and that nobody else changes. */
export interface Own {
  id: string
  /** As last heard; there may be a newer one when the last change got no answer. */
  version: number
  /** Deactivated or cancelled. */
  isOver: boolean
  /** True from a change that was not answered until somebody has looked. */
  isUnsure?: boolean
}
