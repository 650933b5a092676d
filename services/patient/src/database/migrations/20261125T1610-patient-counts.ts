import { createTenantTable } from '@wardstone/tenancy'
import { type Kysely, sql } from 'kysely'

/** The numbers about a hospital's patients, kept with every change: nothing is counted when they are asked for. */
export async function up(db: Kysely<never>): Promise<void> {
  await createTenantTable(db, {
    service: 'patient',
    name: 'patient_count',
    columns: (table) =>
      table
        .addColumn('kind', sql`text collate "C"`, (c) => c.notNull())
        .addColumn('value', sql`text collate "C"`, (c) => c.notNull())
        .addColumn('count', 'integer', (c) => c.notNull()),
    primaryKey: ['kind', 'value'],
    app: ['select', 'insert', 'update'],
  })
  // Rows change in place, in their page, many times between two vacuums.
  await sql`alter table patient_count set (fillfactor = 50)`.execute(db)
  await createTriggers(db)
  await countStored(db)
}

const FACTS = `cross join lateral (values
    ('is_active', is_active::text),
    ('gender', gender),
    ('blood_group', coalesce(blood_group, 'unknown')),
    ('date_of_birth', to_char(date_of_birth, 'YYYY-MM-DD')),
    ('registered_on', to_char(created_at at time zone 'UTC', 'YYYY-MM-DD'))
  ) as fact(kind, value)`

/**
 * What a statement adds and takes away, as one sum for each counter and in their order: two statements
 * at once wait for each other and never in a circle.
 */
const count = (
  changes: string,
) => `insert into public.patient_count (hospital_id, kind, value, count)
  select hospital_id, kind, value, sum(change) from (${changes}) as changed
  group by hospital_id, kind, value having sum(change) <> 0
  order by hospital_id, kind collate "C", value collate "C"
  on conflict (hospital_id, kind, value) do update set count = patient_count.count + excluded.count;`

const facts = (table: string, change: 1 | -1) =>
  `select hospital_id, kind, value, ${change} as change from ${table} ${FACTS}`

const EVENTS = {
  insert: ['referencing new table as added', facts('added', 1)],
  update: [
    'referencing old table as removed new table as added',
    `${facts('added', 1)} union all ${facts('removed', -1)}`,
  ],
  delete: ['referencing old table as removed', facts('removed', -1)],
} as const

/** Always: a load that leaves foreign keys unchecked (session_replication_role) is counted too. */
async function createTriggers(db: Kysely<never>) {
  for (const [event, [tables, changes]] of Object.entries(EVENTS)) {
    const name = sql.raw(`count_patients_${event}`)
    await sql`create function ${name}() returns trigger language plpgsql set search_path = pg_catalog as $$
      begin
        ${sql.raw(count(changes))}
        return null;
      end $$`.execute(db)
    await sql`create trigger ${name} after ${sql.raw(event)} on patient ${sql.raw(tables)}
      for each statement execute function ${name}()`.execute(db)
    await sql`alter table patient enable always trigger ${name}`.execute(db)
  }
}

async function countStored(db: Kysely<never>) {
  for (const table of ['patient', 'patient_count']) {
    await sql`alter table ${sql.table(table)} no force row level security`.execute(db)
  }
  await sql.raw(count(facts('patient', 1))).execute(db)
  for (const table of ['patient', 'patient_count']) {
    await sql`alter table ${sql.table(table)} force row level security`.execute(db)
  }
}
