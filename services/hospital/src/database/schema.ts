import type { AvailableTime } from '@wardstone/contracts'
import type { IdempotentAnswerTable, OutboxTable } from '@wardstone/tenancy'
import type { ColumnType, Generated } from 'kysely'
import type { Absence } from '../absences/schemas.ts'
import type { Doctor } from '../doctors/schemas.ts'

/** A column that no code can update: a row stays with its hospital, an id stays with its record. */
type Fixed = ColumnType<string, string, never>

/** One row for each hospital. Its `id` is what other tables call `hospital_id`. */
export interface HospitalTable {
  id: Fixed
  slug: string
  name: string
  address: string | null
  phone: string | null
  email: string | null
  subscription_plan: ColumnType<Plan, Plan | undefined, Plan>
  is_active: Generated<boolean>
  is_listed: Generated<boolean>
  time_zone: Generated<string>
  locale: Generated<string>
  created_at: ColumnType<string, string | undefined, never>
  updated_at: Generated<string>
  /** Since when nobody of this hospital may sign in; null while it is active. */
  suspended_at: string | null
  version: Generated<number>
  /** Grows with every change of the hospital and of its holidays. */
  calendar_version: Generated<number>
}

type Plan = 'basic' | 'premium' | 'enterprise'

/** What departments and doctors have alike. */
interface RecordTable {
  hospital_id: Fixed
  id: Fixed
  /** The name folded, to sort by. */
  name_sort: string
  /** The folded words it is found by, a space before each. */
  search_words: string
  is_active: Generated<boolean>
  created_at: ColumnType<string, string | undefined, never>
  updated_at: Generated<string>
  version: Generated<number>
}

export interface DepartmentTable extends RecordTable {
  name: string
  code: string
  code_folded: string
  description: string | null
  head_doctor_id: string | null
}

export interface DoctorTable extends RecordTable {
  first_name: string
  last_name: string
  specialization: Doctor['specialization']
  license_number: string
  license_folded: string
  department_id: string | null
  user_id: string | null
  experience_years: number
  phone: string | null
  email: string | null
  education: string | null
  bio: string | null
  consultation_fee: ColumnType<Doctor['consultation_fee'], string | null, string | null>
  is_available: boolean
  slot_minutes: Generated<number>
  available_times: ColumnType<AvailableTime[], string | undefined, string>
}

/** Whole days on which a doctor is away. */
export interface DoctorAbsenceTable {
  hospital_id: Fixed
  doctor_id: Fixed
  id: Fixed
  kind: Absence['kind']
  starts_on: string
  ends_on: string
  note: string | null
  created_at: ColumnType<string, string | undefined, never>
}

/** Days on which the whole hospital is closed. */
export interface HolidayTable {
  hospital_id: Fixed
  id: Fixed
  date: string
  name: string
  created_at: ColumnType<string, string | undefined, never>
}

export interface Database {
  hospital: HospitalTable
  department: DepartmentTable
  doctor: DoctorTable
  doctor_absence: DoctorAbsenceTable
  holiday: HolidayTable
  idempotent_answer: IdempotentAnswerTable
  outbox: OutboxTable
}
