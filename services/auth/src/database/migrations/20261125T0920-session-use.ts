import { type Kysely, sql } from 'kysely'

/** A session knows when it was last refreshed, and may end because its person ended it. */
export async function up(db: Kysely<never>): Promise<void> {
  await sql`alter table session
    add column last_used_at timestamptz(3),
    drop constraint session_end_reason_check,
    add constraint session_end_reason_check check (end_reason in
      ('logout', 'refresh_reused', 'hospital_suspended', 'ended_by_owner', 'password_changed'))`.execute(
    db,
  )
}
