import { createTenantTable } from '@wardstone/tenancy'
import { type Kysely, sql } from 'kysely'

const service = 'patient'

/** What the reception desk and the clinic say of a patient beside the demographics. */
export async function up(db: Kysely<never>): Promise<void> {
  await addColumns(db)
  await createIdentifiers(db)
  await createTenantTable(db, {
    service,
    name: 'unknown_patient_counter',
    columns: (table) =>
      table
        .addColumn('gender', 'text', (c) => c.notNull())
        .addColumn('last_number', 'integer', (c) => c.notNull()),
    primaryKey: ['gender'],
    app: ['select', 'insert', 'update'],
  })
}

async function addColumns(db: Kysely<never>) {
  await db.schema
    .alterTable('patient')
    .addColumn('identifiers', 'jsonb', (c) => c.notNull().defaultTo(sql`'[]'`))
    .addColumn('allergies', 'jsonb', (c) => c.notNull().defaultTo(sql`'[]'`))
    .addColumn('allergy_status', 'text', (c) =>
      c
        .notNull()
        .defaultTo('unknown')
        .check(sql`allergy_status in ('unknown', 'none_known', 'listed')`),
    )
    .addColumn('is_unknown', 'boolean', (c) => c.notNull().defaultTo(false))
    .execute()
}

/** The identifiers of patients as they are compared: letters and digits only, folded. */
async function createIdentifiers(db: Kysely<never>) {
  await createTenantTable(db, {
    service,
    name: 'patient_identifier',
    columns: (table) =>
      table
        .addColumn('key', sql`text collate "C"`, (c) => c.notNull())
        .addColumn('type', sql`text collate "C"`, (c) => c.notNull())
        .addColumn('patient_id', 'uuid', (c) => c.notNull())
        .addForeignKeyConstraint(
          'patient_identifier_of_patient',
          ['hospital_id', 'patient_id'] as never,
          'patient' as never,
          ['hospital_id', 'id'] as never,
        ),
    primaryKey: ['key', 'type', 'patient_id'],
    app: ['select', 'insert', 'delete'],
  })
  await sql`create index patient_identifier_by_patient on patient_identifier (hospital_id, patient_id)`.execute(
    db,
  )
  for (const table of ['patient', 'patient_identifier']) {
    await sql`alter table ${sql.table(table)} no force row level security`.execute(db)
  }
  await sql`insert into patient_identifier (hospital_id, key, type, patient_id)
    select hospital_id, key, 'national_id', id
    from patient, lower(regexp_replace(normalize(national_id, NFKD), '[^[:alnum:]]', '', 'g')) as key
    where key <> ''`.execute(db)
  for (const table of ['patient', 'patient_identifier']) {
    await sql`alter table ${sql.table(table)} force row level security`.execute(db)
  }
}
