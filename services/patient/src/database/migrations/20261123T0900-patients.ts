import { createOutbox, createTenantTable } from '@wardstone/tenancy'
import { type Kysely, sql } from 'kysely'

const service = 'patient'

export async function up(db: Kysely<never>): Promise<void> {
  await createPatients(db)
  await createSearch(db)
  await createMrnCounter(db)
  await createOutbox(db, service)
}

async function createPatients(db: Kysely<never>) {
  await createTenantTable(db, {
    service,
    name: 'patient',
    columns: (table) =>
      table
        .addColumn('id', 'uuid', (c) => c.notNull())
        .addColumn('mrn', 'text', (c) => c.notNull())
        .addColumn('first_name', 'text', (c) => c.notNull())
        .addColumn('last_name', 'text', (c) => c.notNull())
        .addColumn('middle_name', 'text')
        .addColumn('name_sort', sql`text collate "C"`, (c) => c.notNull())
        .addColumn('date_of_birth', 'date', (c) => c.notNull())
        .addColumn('date_of_birth_estimated', 'boolean', (c) => c.notNull().defaultTo(false))
        .addColumn('gender', 'text', (c) =>
          c.notNull().check(sql`gender in ('male', 'female', 'other', 'unknown')`),
        )
        .addColumn('blood_group', 'text', (c) =>
          c.check(sql`blood_group in ('A+', 'A-', 'B+', 'B-', 'AB+', 'AB-', 'O+', 'O-')`),
        )
        .addColumn('phone', 'text')
        .addColumn('phone_reversed', sql`text collate "C"`)
        .addColumn('email', 'text')
        .addColumn('address', 'text')
        .addColumn('emergency_contact', 'jsonb')
        .addColumn('national_id', 'text')
        .addColumn('preferred_language', 'text')
        .addColumn('medical_history', 'text')
        .addColumn('is_active', 'boolean', (c) => c.notNull().defaultTo(true))
        .addColumn('created_at', 'timestamptz(3)', (c) => c.notNull().defaultTo(sql`now()`))
        .addColumn('updated_at', 'timestamptz(3)', (c) => c.notNull().defaultTo(sql`now()`))
        .addColumn('version', 'integer', (c) => c.notNull().defaultTo(1))
        .addUniqueConstraint('patient_mrn', ['hospital_id', 'mrn'] as never),
    primaryKey: ['id'],
    app: ['select', 'insert', 'update'],
  })
  await sql`create index patient_newest on patient (hospital_id, created_at, id)`.execute(db)
  await sql`create index patient_by_name on patient (hospital_id, name_sort, id)`.execute(db)
  await sql`create index patient_by_birth on patient (hospital_id, date_of_birth, id)`.execute(db)
  await sql`create index patient_phone on patient (hospital_id, phone_reversed)`.execute(db)
}

/** Plain B-trees: their operators are leakproof, so row-level security does not keep them from being used. */
async function createSearch(db: Kysely<never>) {
  await createTenantTable(db, {
    service,
    name: 'patient_name',
    columns: (table) =>
      table
        .addColumn('word', sql`text collate "C"`, (c) => c.notNull())
        .addColumn('patient_id', 'uuid', (c) => c.notNull())
        .addForeignKeyConstraint(
          'patient_name_of_patient',
          ['hospital_id', 'patient_id'] as never,
          'patient' as never,
          ['hospital_id', 'id'] as never,
        ),
    primaryKey: ['word', 'patient_id'],
    app: ['select', 'insert', 'delete'],
  })
  await sql`create index patient_name_by_patient on patient_name (hospital_id, patient_id)`.execute(
    db,
  )
  await createTenantTable(db, {
    service,
    name: 'name_spelling',
    columns: (table) =>
      table
        .addColumn('spelling', sql`text collate "C"`, (c) => c.notNull())
        .addColumn('word', sql`text collate "C"`, (c) => c.notNull()),
    primaryKey: ['spelling', 'word'],
    app: ['select', 'insert'],
  })
}

async function createMrnCounter(db: Kysely<never>) {
  await createTenantTable(db, {
    service,
    name: 'mrn_counter',
    columns: (table) =>
      table
        .addColumn('prefix', 'text', (c) => c.notNull())
        .addColumn('last_number', 'integer', (c) => c.notNull()),
    primaryKey: [],
    app: ['select', 'insert', 'update'],
  })
  // Luhn (ISO/IEC 7812-1 annex B): from the right, every second digit is doubled.
  await sql`create function luhn_digit(digits text) returns text language sql immutable strict as $$
    select ((10 - sum(case when position % 2 = 1 then (digit * 2) / 10 + (digit * 2) % 10 else digit end) % 10) % 10)::text
    from (
      select substr(reverse(digits), position, 1)::integer as digit, position
      from generate_series(1, length(digits)) as position
    ) as numbered
  $$`.execute(db)
}
