import { type Kysely, sql } from 'kysely'

/** What was done under a broken glass is found by it. */
export async function up(db: Kysely<never>): Promise<void> {
  await db.schema.alterTable('event').addColumn('break_glass_id', 'uuid').execute()
  await sql`create index event_by_broken_glass on event (hospital_id, break_glass_id, seq)
    where break_glass_id is not null`.execute(db)
}
