import { type Kysely, sql } from 'kysely'

/** A session ends when its member is disabled. */
export async function up(db: Kysely<never>): Promise<void> {
  await sql`alter table session
    drop constraint session_end_reason_check,
    add constraint session_end_reason_check check (end_reason in
      ('logout', 'refresh_reused', 'hospital_suspended', 'ended_by_owner', 'password_changed',
        'member_disabled'))`.execute(db)
}
