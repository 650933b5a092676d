import { createIdempotentAnswers, createOutbox, createTenantTable } from '@wardstone/tenancy'
import { type Kysely, sql } from 'kysely'

const service = 'appointment'

export async function up(db: Kysely<never>): Promise<void> {
  await createHospitals(db)
  await createDoctors(db)
  await createPatients(db)
  await createAppointments(db)
  await keepFree(db)
  await createHistory(db)
  await createQueues(db)
  await createIdempotentAnswers(db, service)
  await createOutbox(db, service)
}

const KEPT = ['select', 'insert', 'update'] as const

/** What this service knows of hospitals, doctors and patients, who belong to others; the greatest version stays. */
async function createHospitals(db: Kysely<never>) {
  await createTenantTable(db, {
    service,
    name: 'known_hospital',
    columns: (table) =>
      table
        .addColumn('time_zone', 'text', (c) => c.notNull())
        .addColumn('holidays', 'jsonb', (c) => c.notNull())
        .addColumn('department_ids', 'jsonb', (c) => c.notNull())
        .addColumn('version', 'integer', (c) => c.notNull()),
    primaryKey: [],
    app: KEPT,
    system: KEPT,
  })
}

async function createDoctors(db: Kysely<never>) {
  await createTenantTable(db, {
    service,
    name: 'known_doctor',
    columns: (table) =>
      table
        .addColumn('id', 'uuid', (c) => c.notNull())
        .addColumn('first_name', 'text', (c) => c.notNull())
        .addColumn('last_name', 'text', (c) => c.notNull())
        .addColumn('department_id', 'uuid')
        .addColumn('is_active', 'boolean', (c) => c.notNull())
        .addColumn('is_available', 'boolean', (c) => c.notNull())
        .addColumn('slot_minutes', 'integer', (c) => c.notNull())
        .addColumn('available_times', 'jsonb', (c) => c.notNull())
        .addColumn('not_available', 'jsonb', (c) => c.notNull())
        .addColumn('version', 'integer', (c) => c.notNull())
        .addColumn('active_version', 'integer', (c) => c.notNull().defaultTo(0)),
    primaryKey: ['id'],
    app: KEPT,
    system: KEPT,
  })
}

async function createPatients(db: Kysely<never>) {
  await createTenantTable(db, {
    service,
    name: 'known_patient',
    columns: (table) =>
      table
        .addColumn('id', 'uuid', (c) => c.notNull())
        .addColumn('mrn', sql`text collate "C"`, (c) => c.notNull())
        .addColumn('first_name', 'text', (c) => c.notNull())
        .addColumn('last_name', 'text', (c) => c.notNull())
        .addColumn('is_active', 'boolean', (c) => c.notNull())
        .addColumn('is_restricted', 'boolean', (c) => c.notNull())
        .addColumn('version', 'integer', (c) => c.notNull())
        .addColumn('active_version', 'integer', (c) => c.notNull().defaultTo(0)),
    primaryKey: ['id'],
    app: KEPT,
    system: KEPT,
  })
  await sql`create index known_patient_mrn on known_patient (hospital_id, mrn)`.execute(db)
  await createTenantTable(db, {
    service,
    name: 'known_name',
    columns: (table) =>
      table
        .addColumn('word', sql`text collate "C"`, (c) => c.notNull())
        .addColumn('id', 'uuid', (c) => c.notNull()),
    primaryKey: ['word', 'id'],
    app: ['select', 'insert', 'delete'],
    system: ['select', 'insert', 'delete'],
  })
  await sql`create index known_name_of on known_name (hospital_id, id)`.execute(db)
}

async function createAppointments(db: Kysely<never>) {
  await createTenantTable(db, {
    service,
    name: 'appointment',
    columns: (table) =>
      table
        .addColumn('id', 'uuid', (c) => c.notNull())
        .addColumn('patient_id', 'uuid', (c) => c.notNull())
        .addColumn('doctor_id', 'uuid', (c) => c.notNull())
        .addColumn('department_id', 'uuid')
        .addColumn('starts_at', 'timestamptz(3)', (c) => c.notNull())
        .addColumn('ends_at', 'timestamptz(3)', (c) => c.notNull())
        .addColumn('type', 'text', (c) => c.notNull())
        .addColumn('status', 'text', (c) => c.notNull().defaultTo('scheduled'))
        .addColumn('reason', 'text')
        .addColumn('notes', 'text')
        .addColumn('series_id', 'uuid')
        .addColumn('queue_number', 'integer')
        .addColumn('created_at', 'timestamptz(3)', (c) => c.notNull().defaultTo(sql`now()`))
        .addColumn('updated_at', 'timestamptz(3)', (c) => c.notNull().defaultTo(sql`now()`))
        .addColumn('version', 'integer', (c) => c.notNull().defaultTo(1))
        .addCheckConstraint(
          'appointment_type',
          sql`type in ('consultation', 'follow_up', 'emergency',
          'routine_checkup', 'surgery', 'lab_test', 'imaging', 'therapy')`,
        )
        .addCheckConstraint(
          'appointment_status',
          sql`status in ('scheduled', 'confirmed', 'checked_in',
          'in_progress', 'completed', 'cancelled', 'no_show')`,
        )
        .addCheckConstraint('appointment_takes_time', sql`ends_at > starts_at`)
        .addForeignKeyConstraint(
          'appointment_of_patient',
          ['hospital_id', 'patient_id'] as never,
          'known_patient' as never,
          ['hospital_id', 'id'] as never,
        )
        .addForeignKeyConstraint(
          'appointment_with_doctor',
          ['hospital_id', 'doctor_id'] as never,
          'known_doctor' as never,
          ['hospital_id', 'id'] as never,
        ),
    primaryKey: ['id'],
    app: KEPT,
  })
  const indexes = {
    appointment_by_time: ['starts_at', 'id'],
    appointment_of_doctor: ['doctor_id', 'starts_at', 'id'],
    appointment_by_patient: ['patient_id', 'starts_at', 'id'],
    appointment_newest: ['created_at', 'id'],
    appointment_series: ['series_id', 'starts_at', 'id'],
  }
  for (const [name, columns] of Object.entries(indexes)) {
    await db.schema
      .createIndex(name)
      .on('appointment')
      .columns(['hospital_id', ...columns])
      .execute()
  }
}

/** Neither a doctor nor a patient is in two places at once; who cancelled or did not come is in none. */
async function keepFree(db: Kysely<never>) {
  await sql`create extension if not exists btree_gist`.execute(db)
  for (const who of ['doctor', 'patient']) {
    await sql`alter table appointment add constraint ${sql.id(`appointment_${who}_free`)}
      exclude using gist (hospital_id with =, ${sql.id(`${who}_id`)} with =, tstzrange(starts_at, ends_at) with &&)
      where (status not in ('cancelled', 'no_show'))`.execute(db)
  }
}

/** What became of an appointment, when, and by whom: a row for each state it was in. */
async function createHistory(db: Kysely<never>) {
  await createTenantTable(db, {
    service,
    name: 'appointment_history',
    columns: (table) =>
      table
        .addColumn('appointment_id', 'uuid', (c) => c.notNull())
        .addColumn('version', 'integer', (c) => c.notNull())
        .addColumn('status', 'text', (c) => c.notNull())
        .addColumn('doctor_id', 'uuid', (c) => c.notNull())
        .addColumn('starts_at', 'timestamptz(3)', (c) => c.notNull())
        .addColumn('ends_at', 'timestamptz(3)', (c) => c.notNull())
        .addColumn('reason', 'text')
        .addColumn('changed_by', 'uuid', (c) => c.notNull())
        .addColumn('changed_at', 'timestamptz(3)', (c) => c.notNull().defaultTo(sql`now()`))
        .addForeignKeyConstraint(
          'history_of_appointment',
          ['hospital_id', 'appointment_id'] as never,
          'appointment' as never,
          ['hospital_id', 'id'] as never,
        ),
    primaryKey: ['appointment_id', 'version'],
    app: ['select', 'insert'],
  })
}

/** The last number that a doctor's patients drew on a day. */
async function createQueues(db: Kysely<never>) {
  await createTenantTable(db, {
    service,
    name: 'queue',
    columns: (table) =>
      table
        .addColumn('doctor_id', 'uuid', (c) => c.notNull())
        .addColumn('day', 'date', (c) => c.notNull())
        .addColumn('last_number', 'integer', (c) => c.notNull()),
    primaryKey: ['doctor_id', 'day'],
    app: KEPT,
  })
}
