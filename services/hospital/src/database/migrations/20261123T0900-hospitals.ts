import { createOutbox } from '@wardstone/tenancy'
import { type Kysely, sql } from 'kysely'

const service = 'hospital'

export async function up(db: Kysely<never>): Promise<void> {
  await createHospitals(db)
  await isolateHospitals(db)
  await createOutbox(db, service)
}

async function createHospitals(db: Kysely<never>) {
  await db.schema
    .createTable('hospital')
    .addColumn('id', 'uuid', (c) => c.primaryKey())
    .addColumn('slug', 'text', (c) => c.notNull())
    .addColumn('name', 'text', (c) => c.notNull())
    .addColumn('address', 'text')
    .addColumn('phone', 'text')
    .addColumn('email', 'text')
    .addColumn('subscription_plan', 'text', (c) =>
      c
        .notNull()
        .defaultTo('basic')
        .check(sql`subscription_plan in ('basic', 'premium', 'enterprise')`),
    )
    .addColumn('is_active', 'boolean', (c) => c.notNull().defaultTo(true))
    .addColumn('is_listed', 'boolean', (c) => c.notNull().defaultTo(true))
    .addColumn('time_zone', 'text', (c) => c.notNull().defaultTo('UTC'))
    .addColumn('locale', 'text', (c) => c.notNull().defaultTo('en'))
    .addColumn('created_at', 'timestamptz(3)', (c) => c.notNull().defaultTo(sql`now()`))
    .addColumn('updated_at', 'timestamptz(3)', (c) => c.notNull().defaultTo(sql`now()`))
    .addColumn('suspended_at', 'timestamptz(3)')
    .addColumn('version', 'integer', (c) => c.notNull().defaultTo(1))
    .addUniqueConstraint('hospital_slug', ['slug'] as never)
    .addUniqueConstraint('hospital_name', ['name'] as never)
    .addCheckConstraint('hospital_suspended_or_active', sql`is_active = (suspended_at is null)`)
    .execute()
}

/**
 * The table of the hospitals themselves has no hospital_id: its id is one. Requests see their own
 * row and can change what its admins may; no role changes an id or removes a hospital.
 */
async function isolateHospitals(db: Kysely<never>) {
  await sql`alter table hospital enable row level security`.execute(db)
  await sql`alter table hospital force row level security`.execute(db)
  await sql`create policy hospital_app on hospital to hospital_app
    using (id = (select nullif(current_setting('app.hospital_id', true), '')::uuid))
    with check (id = (select nullif(current_setting('app.hospital_id', true), '')::uuid))`.execute(
    db,
  )
  await sql`create policy hospital_system on hospital to hospital_system
    using ((select true)) with check ((select true))`.execute(db)
  await sql`grant select,
    update (address, phone, email, is_listed, time_zone, locale, updated_at, version)
    on hospital to hospital_app`.execute(db)
  await sql`grant select, insert,
    update (slug, name, address, phone, email, subscription_plan, is_active, is_listed, time_zone,
      locale, updated_at, suspended_at, version)
    on hospital to hospital_system`.execute(db)
}
