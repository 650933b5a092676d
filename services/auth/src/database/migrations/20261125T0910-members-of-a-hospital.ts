import { type Kysely, sql } from 'kysely'

const HOSPITAL_OF_THE_TRANSACTION = sql`hospital_id = (select nullif(current_setting('app.hospital_id', true), '')::uuid)`

/**
 * A hospital's administrators see and change its members: requests reach the memberships of their
 * hospital, and of accounts those with one of these, without what only signing in needs.
 */
export async function up(db: Kysely<never>): Promise<void> {
  await sql`grant select on membership to auth_app`.execute(db)
  await sql`grant update (role, status, updated_at, version) on membership to auth_app`.execute(db)
  await sql`create policy auth_app on membership to auth_app
    using (${HOSPITAL_OF_THE_TRANSACTION}) with check (${HOSPITAL_OF_THE_TRANSACTION})`.execute(db)

  await sql`grant select (id, username, username_folded, email, email_folded, first_name, last_name, phone)
    on account to auth_app`.execute(db)
  await sql`create policy auth_app on account for select to auth_app
    using (exists (select from membership where membership.account_id = account.id))`.execute(db)

  // What ON CONFLICT … DO UPDATE needs: a membership that changes again is revoked again.
  await sql`grant select (hospital_id, kind, id), update (revoked_at, expires_at, version)
    on revocation to auth_app`.execute(db)
}
