import { type Kysely, sql } from 'kysely'

/** A session that somebody switched to knows the one that they signed in with; that one has none. */
export async function up(db: Kysely<never>): Promise<void> {
  await sql`alter table session add column root_id uuid`.execute(db)
}
