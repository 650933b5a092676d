import { type Kysely, sql } from 'kysely'
import { createIdempotentAnswers } from '../../src/create-idempotent-answers.ts'
import { createOutbox } from '../../src/create-outbox.ts'
import { createTenantTable } from '../../src/create-tenant-table.ts'

const service = 'ward'

/** Two tenant tables, one pointing to the other, an outbox and kept answers: a small service for these tests. */
export async function up(db: Kysely<never>): Promise<void> {
  await createTenantTable(db, {
    service,
    name: 'ward',
    columns: (table) =>
      table
        .addColumn('id', 'uuid', (c) => c.notNull())
        .addColumn('name', 'text', (c) => c.notNull())
        .addColumn('opened_on', 'date')
        .addColumn('updated_at', 'timestamptz(3)', (c) => c.notNull().defaultTo(sql`now()`))
        .addUniqueConstraint('ward_name', ['hospital_id', 'name'] as never),
    primaryKey: ['id'],
    app: ['select', 'insert', 'update', 'delete'],
    system: ['select'],
  })
  await createTenantTable(db, {
    service,
    name: 'bed',
    columns: (table) =>
      table
        .addColumn('id', 'uuid', (c) => c.notNull())
        .addColumn('ward_id', 'uuid', (c) => c.notNull())
        .addForeignKeyConstraint(
          'bed_of_ward',
          ['hospital_id', 'ward_id'] as never,
          'ward' as never,
          ['hospital_id', 'id'] as never,
        ),
    primaryKey: ['id'],
    app: ['select', 'insert'],
  })
  await createOutbox(db, service)
  await createIdempotentAnswers(db, service)
}
