import { type Kysely, sql } from 'kysely'

/** Which patients an entry is found by is held against the entry itself. */
export async function up(db: Kysely<never>): Promise<void> {
  await sql`create index event_patient_by_entry on event_patient (hospital_id, seq)`.execute(db)
}
