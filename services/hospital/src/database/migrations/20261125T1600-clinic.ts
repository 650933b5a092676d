import { createTenantTable } from '@wardstone/tenancy'
import { type CreateTableBuilder, type Kysely, sql } from 'kysely'

const service = 'hospital'

export async function up(db: Kysely<never>): Promise<void> {
  await createDepartments(db)
  await createDoctors(db)
  await createAbsences(db)
  await createHolidays(db)
}

/** Text that is compared and sorted by its bytes, because it was folded before. */
const folded = sql`text collate "C"`

function withState(table: CreateTableBuilder<string, string>) {
  return table
    .addColumn('name_sort', folded, (c) => c.notNull())
    .addColumn('search_words', folded, (c) => c.notNull())
    .addColumn('is_active', 'boolean', (c) => c.notNull().defaultTo(true))
    .addColumn('created_at', 'timestamptz(3)', (c) => c.notNull().defaultTo(sql`now()`))
    .addColumn('updated_at', 'timestamptz(3)', (c) => c.notNull().defaultTo(sql`now()`))
    .addColumn('version', 'integer', (c) => c.notNull().defaultTo(1))
}

async function createDepartments(db: Kysely<never>) {
  await createTenantTable(db, {
    service,
    name: 'department',
    columns: (table) =>
      withState(
        table
          .addColumn('id', 'uuid', (c) => c.notNull())
          .addColumn('name', 'text', (c) => c.notNull())
          .addColumn('code', 'text', (c) => c.notNull())
          .addColumn('code_folded', folded, (c) => c.notNull())
          .addColumn('description', 'text')
          .addColumn('head_doctor_id', 'uuid')
          .addUniqueConstraint('department_code', ['hospital_id', 'code_folded'] as never),
      ),
    primaryKey: ['id'],
    app: ['select', 'insert', 'update'],
  })
  await createOrders(db, 'department')
}

async function createDoctors(db: Kysely<never>) {
  await createTenantTable(db, {
    service,
    name: 'doctor',
    columns: (table) =>
      withState(
        table
          .addColumn('id', 'uuid', (c) => c.notNull())
          .addColumn('first_name', 'text', (c) => c.notNull())
          .addColumn('last_name', 'text', (c) => c.notNull())
          .addColumn('specialization', 'text', (c) =>
            c.notNull().check(sql`specialization in ('cardiology', 'neurology', 'orthopedics',
              'pediatrics', 'dermatology', 'psychiatry', 'surgery', 'emergency',
              'internal_medicine', 'radiology', 'oncology', 'gynecology', 'ophthalmology',
              'ent', 'general')`),
          )
          .addColumn('license_number', 'text', (c) => c.notNull())
          .addColumn('license_folded', folded, (c) => c.notNull())
          .addColumn('department_id', 'uuid')
          .addColumn('user_id', 'uuid')
          .addColumn('experience_years', 'integer', (c) => c.notNull().defaultTo(0))
          .addColumn('phone', 'text')
          .addColumn('email', 'text')
          .addColumn('education', 'text')
          .addColumn('bio', 'text')
          .addColumn('consultation_fee', 'jsonb')
          .addColumn('is_available', 'boolean', (c) => c.notNull().defaultTo(true))
          .addColumn('slot_minutes', 'integer', (c) => c.notNull().defaultTo(30))
          .addColumn('available_times', 'jsonb', (c) => c.notNull().defaultTo(sql`'[]'`))
          .addUniqueConstraint('doctor_license', ['hospital_id', 'license_folded'] as never)
          .addUniqueConstraint('doctor_user', ['hospital_id', 'user_id'] as never)
          .addForeignKeyConstraint(
            'doctor_in_department',
            ['hospital_id', 'department_id'] as never,
            'department' as never,
            ['hospital_id', 'id'] as never,
          ),
      ),
    primaryKey: ['id'],
    app: ['select', 'insert', 'update'],
  })
  await createOrders(db, 'doctor')
  await sql`create index doctor_of_department on doctor (hospital_id, department_id)`.execute(db)
  await sql`alter table department add constraint department_head
    foreign key (hospital_id, head_doctor_id) references doctor (hospital_id, id)`.execute(db)
}

async function createOrders(db: Kysely<never>, table: 'department' | 'doctor') {
  const orders = { by_name: 'name_sort', newest: 'created_at' }
  for (const [name, column] of Object.entries(orders)) {
    await sql`create index ${sql.id(`${table}_${name}`)}
      on ${sql.table(table)} (hospital_id, ${sql.id(column)}, id)`.execute(db)
  }
}

/** When a doctor is away, whole days. */
async function createAbsences(db: Kysely<never>) {
  await createTenantTable(db, {
    service,
    name: 'doctor_absence',
    columns: (table) =>
      table
        .addColumn('doctor_id', 'uuid', (c) => c.notNull())
        .addColumn('id', 'uuid', (c) => c.notNull())
        .addColumn('kind', 'text', (c) =>
          c.notNull().check(sql`kind in ('leave', 'holiday', 'training', 'other')`),
        )
        .addColumn('starts_on', 'date', (c) => c.notNull())
        .addColumn('ends_on', 'date', (c) => c.notNull())
        .addColumn('note', 'text')
        .addColumn('created_at', 'timestamptz(3)', (c) => c.notNull().defaultTo(sql`now()`))
        .addCheckConstraint('doctor_absence_days', sql`starts_on <= ends_on`)
        .addForeignKeyConstraint(
          'absence_of_doctor',
          ['hospital_id', 'doctor_id'] as never,
          'doctor' as never,
          ['hospital_id', 'id'] as never,
        ),
    primaryKey: ['doctor_id', 'id'],
    app: ['select', 'insert', 'delete'],
  })
  await sql`create index doctor_absence_by_day
    on doctor_absence (hospital_id, doctor_id, starts_on, id)`.execute(db)
}

/** Days on which the whole hospital is closed; `calendar_version` grows with them and with the settings. */
async function createHolidays(db: Kysely<never>) {
  await createTenantTable(db, {
    service,
    name: 'holiday',
    columns: (table) =>
      table
        .addColumn('id', 'uuid', (c) => c.notNull())
        .addColumn('date', 'date', (c) => c.notNull())
        .addColumn('name', 'text', (c) => c.notNull())
        .addColumn('created_at', 'timestamptz(3)', (c) => c.notNull().defaultTo(sql`now()`))
        .addUniqueConstraint('holiday_date', ['hospital_id', 'date'] as never),
    primaryKey: ['id'],
    app: ['select', 'insert', 'delete'],
  })
  await db.schema
    .alterTable('hospital')
    .addColumn('calendar_version', 'integer', (c) => c.notNull().defaultTo(1))
    .execute()
  await sql`grant update (calendar_version) on hospital to hospital_app, hospital_system`.execute(
    db,
  )
}
