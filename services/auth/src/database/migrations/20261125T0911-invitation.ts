import { createTenantTable } from '@wardstone/tenancy'
import { type Kysely, sql } from 'kysely'

/**
 * An invitation into a hospital. Of its code only the SHA-256 is kept, and requests cannot read that
 * either. The names are what a person may leave out who was invited with them.
 */
export async function up(db: Kysely<never>): Promise<void> {
  await createTenantTable(db, {
    service: 'auth',
    name: 'invitation',
    columns: (table) =>
      table
        .addColumn('id', 'uuid', (c) => c.notNull())
        .addColumn('email', 'text', (c) => c.notNull())
        .addColumn('role', 'text', (c) =>
          c.notNull().check(sql`role in ('admin', 'doctor', 'nurse', 'receptionist', 'staff')`),
        )
        .addColumn('code_hash', 'bytea', (c) => c.notNull())
        .addColumn('username', 'text')
        .addColumn('first_name', 'text')
        .addColumn('last_name', 'text')
        .addColumn('invited_by', 'uuid', (c) => c.notNull())
        .addColumn('created_at', 'timestamptz(3)', (c) => c.notNull().defaultTo(sql`now()`))
        .addColumn('expires_at', 'timestamptz(3)', (c) => c.notNull())
        .addColumn('accepted_at', 'timestamptz(3)')
        .addColumn('accepted_by', 'uuid')
        .addColumn('withdrawn_at', 'timestamptz(3)')
        .addCheckConstraint(
          'invitation_accepted',
          sql`(accepted_at is null) = (accepted_by is null)`,
        )
        .addForeignKeyConstraint(
          'invitation_of_hospital',
          ['hospital_id'] as never,
          'hospital' as never,
          ['hospital_id'] as never,
        )
        .addForeignKeyConstraint(
          'invitation_accepted_by_member',
          ['hospital_id', 'accepted_by'] as never,
          'membership' as never,
          ['hospital_id', 'account_id'] as never,
        ),
    primaryKey: ['id'],
    app: ['insert'],
    system: ['select', 'insert', 'update', 'delete'],
  })
  await sql`grant select (hospital_id, id, email, role, invited_by, created_at, expires_at,
      accepted_at, withdrawn_at), update (withdrawn_at) on invitation to auth_app`.execute(db)
  await sql`create index invitation_code on invitation (code_hash)`.execute(db)
  await sql`create index invitation_open on invitation (hospital_id, created_at, id)
    where accepted_at is null and withdrawn_at is null`.execute(db)
}
