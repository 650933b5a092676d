import type { AuditAction, AuditEvent } from '@wardstone/contracts'
import type { OutboxTable } from '@wardstone/tenancy'
import type { ColumnType } from 'kysely'

/** A column of a table that is only ever added to. */
type Fixed<T> = ColumnType<T, T, never>
/** A bigint, which the driver gives as text. */
type FixedNumber = ColumnType<string, number, never>

/** The chain. `payload_canon` is what was hashed; the columns beside it only find it. */
export interface EventTable {
  hospital_id: Fixed<string>
  seq: FixedNumber
  event_id: Fixed<string>
  occurred_at: Fixed<string>
  happened_at: Fixed<string>
  action: Fixed<AuditAction>
  outcome: Fixed<AuditEvent['outcome']>
  actor_id: Fixed<string | null>
  break_glass_id: Fixed<string | null>
  payload_canon: Fixed<string>
  prev_hash: Fixed<Buffer>
  hash: Fixed<Buffer>
}

/** Which patients an event shows. */
interface EventPatientTable {
  hospital_id: Fixed<string>
  patient_id: Fixed<string>
  seq: FixedNumber
}

/** Where each hospital's chain ends: the row that is locked to append. */
interface ChainHeadTable {
  hospital_id: Fixed<string>
  seq: ColumnType<string, number, number>
  hash: Buffer
}

/** Signed statements of where a chain was. */
interface CheckpointTable {
  hospital_id: Fixed<string>
  seq: FixedNumber
  note: Fixed<string>
}

/** Messages that are no audit events, kept for somebody to look at; under the platform's id. */
interface DeadLetterTable {
  hospital_id: Fixed<string>
  digest: Fixed<Buffer>
  subject: Fixed<string>
  payload: Fixed<Buffer>
  reason: Fixed<string>
  received_at: ColumnType<string, never, never>
}

export interface Database {
  event: EventTable
  event_patient: EventPatientTable
  chain_head: ChainHeadTable
  checkpoint: CheckpointTable
  dead_letter: DeadLetterTable
  outbox: OutboxTable
}
