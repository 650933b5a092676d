import { createTenantTable } from '@wardstone/tenancy'
import { type Kysely, sql } from 'kysely'

/** How far an import is, to be seen by others while it runs. Ids and numbers only: nothing of a patient. */
export async function up(db: Kysely<never>): Promise<void> {
  await createTenantTable(db, {
    service: 'patient',
    name: 'patient_import',
    columns: (table) =>
      table
        .addColumn('id', 'uuid', (c) => c.notNull())
        .addColumn('requested_by', 'uuid', (c) => c.notNull())
        .addColumn('dry_run', 'boolean', (c) => c.notNull())
        .addColumn('status', 'text', (c) =>
          c.notNull().check(sql`status in ('in-progress', 'completed', 'failed')`),
        )
        .addColumn('reason', 'text')
        .addColumn('stage', 'text', (c) =>
          c.notNull().check(sql`stage in ('checking', 'comparing', 'indexing', 'storing')`),
        )
        .addColumn('rows', 'integer', (c) => c.notNull())
        .addColumn('rows_done', 'integer', (c) => c.notNull())
        .addColumn('errors', 'integer', (c) => c.notNull())
        .addColumn('created', 'integer', (c) => c.notNull())
        .addColumn('started_at', 'timestamptz(3)', (c) => c.notNull().defaultTo(sql`now()`))
        .addColumn('updated_at', 'timestamptz(3)', (c) => c.notNull().defaultTo(sql`now()`))
        .addColumn('finished_at', 'timestamptz(3)'),
    primaryKey: ['id'],
    app: ['select', 'insert', 'update'],
    system: ['select', 'delete'],
  })
}
