import { type Kysely, sql } from 'kysely'
import { createTenantTable } from './create-tenant-table.ts'

/**
 * Creates the table in which a service keeps what it answered to requests with an `Idempotency-Key`.
 * A key is a caller's, at one route of one hospital; `answer` is sealed.
 */
export async function createIdempotentAnswers(db: Kysely<never>, service: string): Promise<void> {
  await createTenantTable(db, {
    service,
    name: 'idempotent_answer',
    columns: (table) =>
      table
        .addColumn('user_id', 'uuid', (c) => c.notNull())
        .addColumn('route', 'text', (c) => c.notNull())
        .addColumn('key', 'text', (c) => c.notNull())
        .addColumn('answer', 'bytea', (c) => c.notNull())
        .addColumn('created_at', 'timestamptz(3)', (c) => c.notNull().defaultTo(sql`now()`)),
    primaryKey: ['user_id', 'route', 'key'],
    app: ['select', 'insert', 'update'],
    system: ['select', 'insert', 'update', 'delete'],
  })
  await sql`create index idempotent_answer_age on idempotent_answer (created_at)`.execute(db)
}
