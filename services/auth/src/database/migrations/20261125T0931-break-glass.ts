import { createTenantTable } from '@wardstone/tenancy'
import { type Kysely, sql } from 'kysely'

const service = 'auth'

/**
 * Who broke the glass of a hospital or of one of its patients: kept by the hospital that was opened,
 * which is not always the hospital of the session. Requests read it, and note that a session is over.
 */
export async function up(db: Kysely<never>): Promise<void> {
  await createTenantTable(db, {
    service,
    name: 'break_glass',
    columns: (table) =>
      table
        .addColumn('id', 'uuid', (c) => c.notNull())
        .addColumn('session_id', 'uuid', (c) => c.notNull())
        .addColumn('account_id', 'uuid', (c) => c.notNull().references('account.id'))
        .addColumn('username', 'text', (c) => c.notNull())
        .addColumn('role', 'text', (c) => c.notNull())
        .addColumn('patient_id', 'uuid')
        .addColumn('reason_code', 'text', (c) => c.notNull())
        .addColumn('reason_text', 'text', (c) => c.notNull())
        .addColumn('created_at', 'timestamptz(3)', (c) => c.notNull().defaultTo(sql`now()`))
        .addColumn('expires_at', 'timestamptz(3)', (c) => c.notNull())
        .addColumn('ended_at', 'timestamptz(3)')
        .addForeignKeyConstraint(
          'break_glass_of_hospital',
          ['hospital_id'] as never,
          'hospital' as never,
          ['hospital_id'] as never,
        ),
    primaryKey: ['id'],
    app: ['select'],
    system: ['select', 'insert', 'update'],
  })
  await sql`grant update (ended_at) on break_glass to auth_app`.execute(db)
  await sql`create index break_glass_of_session on break_glass (session_id)`.execute(db)
}
