import type { AvailableTime, NotAvailable } from '@wardstone/contracts'
import type { IdempotentAnswerTable, OutboxTable } from '@wardstone/tenancy'
import type { ColumnType, Generated } from 'kysely'
import type { AppointmentStatus, AppointmentType } from '../appointments/schemas.ts'

/** A column that no code can update: a row stays with its hospital, an id stays with its record. */
type Fixed = ColumnType<string, string, never>
type Json<T> = ColumnType<T, string, string>

/** The clock and the calendar of a hospital. */
export interface KnownHospitalTable {
  hospital_id: Fixed
  time_zone: string
  holidays: Json<string[]>
  department_ids: Json<string[]>
  version: number
}

/** A doctor as the hospital service told of one. */
export interface KnownDoctorTable {
  hospital_id: Fixed
  id: Fixed
  first_name: string
  last_name: string
  department_id: string | null
  is_active: boolean
  is_available: boolean
  slot_minutes: number
  available_times: Json<AvailableTime[]>
  not_available: Json<NotAvailable[]>
  version: number
  /** Up to which event `is_active` is known. */
  active_version: Generated<number>
}

/** A patient as the patient service told of one. */
export interface KnownPatientTable {
  hospital_id: Fixed
  id: Fixed
  mrn: string
  first_name: string
  last_name: string
  is_active: boolean
  is_restricted: boolean
  version: number
  /** Up to which event `is_active` is known. */
  active_version: Generated<number>
}

/** One row for each folded word of the names of a known patient or doctor. */
export interface KnownNameTable {
  hospital_id: Fixed
  word: string
  id: string
}

export interface AppointmentTable {
  hospital_id: Fixed
  id: Fixed
  patient_id: Fixed
  doctor_id: string
  department_id: string | null
  starts_at: string
  ends_at: string
  type: AppointmentType
  status: Generated<AppointmentStatus>
  reason: string | null
  notes: string | null
  series_id: string | null
  /** Drawn at the check-in: the place in the doctor's line of that day. */
  queue_number: number | null
  created_at: Generated<string>
  updated_at: Generated<string>
  version: Generated<number>
}

/** A state that an appointment was in from `changed_at` on. */
export interface AppointmentHistoryTable {
  hospital_id: Fixed
  appointment_id: string
  version: number
  status: AppointmentStatus
  doctor_id: string
  starts_at: string
  ends_at: string
  reason: string | null
  changed_by: string
  changed_at: Generated<string>
}

export interface QueueTable {
  hospital_id: Fixed
  doctor_id: string
  day: string
  last_number: number
}

export interface Database {
  known_hospital: KnownHospitalTable
  known_doctor: KnownDoctorTable
  known_patient: KnownPatientTable
  known_name: KnownNameTable
  appointment: AppointmentTable
  appointment_history: AppointmentHistoryTable
  queue: QueueTable
  idempotent_answer: IdempotentAnswerTable
  outbox: OutboxTable
}
