import type { Kysely } from 'kysely'

/** Some records are for few: a colleague's, a witness's. */
export async function up(db: Kysely<never>): Promise<void> {
  await db.schema
    .alterTable('patient')
    .addColumn('is_restricted', 'boolean', (c) => c.notNull().defaultTo(false))
    .execute()
}
