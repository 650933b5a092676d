import { createOutbox, createTenantTable } from '@wardstone/tenancy'
import { type Kysely, sql } from 'kysely'

const service = 'auth'
const PLATFORM = '00000000-0000-0000-0000-000000000000'

export async function up(db: Kysely<never>): Promise<void> {
  await createAccount(db)
  await createHospital(db)
  await createMembership(db)
  await createSession(db)
  await createRefreshToken(db)
  await createRevocation(db)
  await createOutbox(db, service)
}

/** A person belongs to no hospital: only the system role sees accounts at all. */
async function createAccount(db: Kysely<never>) {
  await db.schema
    .createTable('account')
    .addColumn('id', 'uuid', (c) => c.primaryKey())
    .addColumn('username', 'text', (c) => c.notNull())
    .addColumn('username_folded', sql`text collate "C"`, (c) => c.notNull())
    .addColumn('email', 'text', (c) => c.notNull())
    .addColumn('email_folded', sql`text collate "C"`, (c) => c.notNull())
    .addColumn('password_hash', 'text', (c) => c.notNull())
    .addColumn('first_name', 'text', (c) => c.notNull())
    .addColumn('last_name', 'text', (c) => c.notNull())
    .addColumn('phone', 'text')
    .addColumn('created_at', 'timestamptz(3)', (c) => c.notNull().defaultTo(sql`now()`))
    .addColumn('updated_at', 'timestamptz(3)', (c) => c.notNull().defaultTo(sql`now()`))
    .addColumn('version', 'integer', (c) => c.notNull().defaultTo(1))
    .addUniqueConstraint('account_username', ['username_folded'] as never)
    .addUniqueConstraint('account_email', ['email_folded'] as never)
    .execute()
  await sql`alter table account enable row level security`.execute(db)
  await sql`alter table account force row level security`.execute(db)
  await sql`grant select, insert, update on account to auth_system`.execute(db)
  await sql`create policy auth_system on account to auth_system
    using ((select true)) with check ((select true))`.execute(db)
}

/** What the hospital service told of each hospital; the platform is a row too, so that its administrators need no special case. */
async function createHospital(db: Kysely<never>) {
  await createTenantTable(db, {
    service,
    name: 'hospital',
    columns: (table) =>
      table
        .addColumn('slug', 'text', (c) => c.notNull())
        .addColumn('name', 'text', (c) => c.notNull())
        .addColumn('is_active', 'boolean', (c) => c.notNull().defaultTo(true))
        .addColumn('is_listed', 'boolean', (c) => c.notNull().defaultTo(true))
        .addColumn('version', 'integer', (c) => c.notNull().defaultTo(1)),
    primaryKey: [],
    app: [],
    system: ['select', 'insert', 'update'],
  })
  // Forced row-level security keeps the owner out too, and the owner is who migrates.
  await sql`alter table hospital no force row level security`.execute(db)
  await sql`insert into hospital (hospital_id, slug, name, is_listed)
    values (${PLATFORM}, 'platform', 'Platform', false)`.execute(db)
  await sql`alter table hospital force row level security`.execute(db)
}

async function createMembership(db: Kysely<never>) {
  await createTenantTable(db, {
    service,
    name: 'membership',
    columns: (table) =>
      table
        .addColumn('account_id', 'uuid', (c) => c.notNull().references('account.id'))
        .addColumn('role', 'text', (c) =>
          c
            .notNull()
            .check(
              sql`role in ('platform_admin', 'admin', 'doctor', 'nurse', 'receptionist', 'staff')`,
            ),
        )
        .addColumn('status', 'text', (c) =>
          c.notNull().check(sql`status in ('pending', 'active', 'disabled')`),
        )
        .addColumn('created_at', 'timestamptz(3)', (c) => c.notNull().defaultTo(sql`now()`))
        .addColumn('updated_at', 'timestamptz(3)', (c) => c.notNull().defaultTo(sql`now()`))
        .addForeignKeyConstraint(
          'membership_of_hospital',
          ['hospital_id'] as never,
          'hospital' as never,
          ['hospital_id'] as never,
        )
        .addCheckConstraint(
          'membership_of_platform',
          sql`(hospital_id = ${sql.lit(PLATFORM)}) = (role = 'platform_admin')`,
        ),
    primaryKey: ['account_id'],
    app: [],
    system: ['select', 'insert', 'update'],
  })
  await sql`create index membership_of_account on membership (account_id)`.execute(db)
}

async function createSession(db: Kysely<never>) {
  await createTenantTable(db, {
    service,
    name: 'session',
    columns: (table) =>
      table
        .addColumn('id', 'uuid', (c) => c.notNull())
        .addColumn('account_id', 'uuid', (c) => c.notNull())
        .addColumn('ip', 'text', (c) => c.notNull())
        .addColumn('user_agent', 'text')
        .addColumn('created_at', 'timestamptz(3)', (c) => c.notNull().defaultTo(sql`now()`))
        .addColumn('expires_at', 'timestamptz(3)', (c) => c.notNull())
        .addColumn('ended_at', 'timestamptz(3)')
        .addColumn('end_reason', 'text', (c) =>
          c.check(sql`end_reason in ('logout', 'refresh_reused', 'hospital_suspended')`),
        )
        .addForeignKeyConstraint(
          'session_of_member',
          ['hospital_id', 'account_id'] as never,
          'membership' as never,
          ['hospital_id', 'account_id'] as never,
        ),
    primaryKey: ['id'],
    app: ['select', 'update'],
    system: ['select', 'insert', 'update', 'delete'],
  })
  await sql`create index session_of_account on session (hospital_id, account_id)`.execute(db)
  await sql`create index session_open on session (hospital_id) where ended_at is null`.execute(db)
  await sql`create index session_expiry on session (expires_at)`.execute(db)
}

/**
 * Of a token only the SHA-256 is kept. A spent one names its successor, and the salt from which that
 * can be made again by whoever still holds the spent one.
 */
async function createRefreshToken(db: Kysely<never>) {
  await createTenantTable(db, {
    service,
    name: 'refresh_token',
    columns: (table) =>
      table
        .addColumn('hash', 'bytea', (c) => c.notNull())
        .addColumn('session_id', 'uuid', (c) => c.notNull())
        .addColumn('created_at', 'timestamptz(3)', (c) => c.notNull().defaultTo(sql`now()`))
        .addColumn('used_at', 'timestamptz(3)')
        .addColumn('successor_hash', 'bytea')
        .addColumn('successor_salt', 'bytea')
        .addForeignKeyConstraint(
          'refresh_token_of_session',
          ['hospital_id', 'session_id'] as never,
          'session' as never,
          ['hospital_id', 'id'] as never,
          (key) => key.onDelete('cascade'),
        ),
    primaryKey: ['hash'],
    app: [],
    system: ['select', 'insert', 'update'],
  })
  await sql`create index refresh_token_hash on refresh_token (hash)`.execute(db)
  await sql`create index refresh_token_of_session on refresh_token (hospital_id, session_id)`.execute(
    db,
  )
}

/** Access tokens that are refused until they are over. */
async function createRevocation(db: Kysely<never>) {
  await createTenantTable(db, {
    service,
    name: 'revocation',
    columns: (table) =>
      table
        .addColumn('kind', 'text', (c) => c.notNull().check(sql`kind in ('session', 'hospital')`))
        .addColumn('id', 'uuid', (c) => c.notNull())
        .addColumn('revoked_at', 'timestamptz(3)', (c) => c.notNull())
        .addColumn('expires_at', 'timestamptz(3)', (c) => c.notNull()),
    primaryKey: ['kind', 'id'],
    app: ['insert'],
    system: ['select', 'insert', 'update', 'delete'],
  })
  await sql`create index revocation_expiry on revocation (expires_at)`.execute(db)
}
