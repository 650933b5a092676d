import { type Kysely, sql } from 'kysely'

/** A membership counts its changes, so that tokens which say an older state of it can be refused. */
export async function up(db: Kysely<never>): Promise<void> {
  await db.schema
    .alterTable('membership')
    .addColumn('version', 'integer', (c) => c.notNull().defaultTo(1))
    .execute()
  await sql`alter table revocation
    add column version integer,
    drop constraint revocation_kind_check,
    add constraint revocation_kind_check check (kind in ('session', 'hospital', 'membership')),
    add constraint revocation_version_check check ((kind = 'membership') = (version is not null))`.execute(
    db,
  )
}
