import type { IdempotentAnswerTable, OutboxTable } from '@wardstone/tenancy'
import type { ColumnType, Generated } from 'kysely'

/** One row for each hospital. Its `id` is what other tables call `hospital_id`. */
export interface HospitalTable {
  id: ColumnType<string, string, never>
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
}

type Plan = 'basic' | 'premium' | 'enterprise'

export interface Database {
  hospital: HospitalTable
  idempotent_answer: IdempotentAnswerTable
  outbox: OutboxTable
}
