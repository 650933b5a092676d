import { type ColumnDefinitionBuilder, type CreateTableBuilder, type Kysely, sql } from 'kysely'

type Privilege = 'select' | 'insert' | 'update' | 'delete'

/** A table whose every row belongs to one hospital. */
export interface TenantTable {
  /** The service whose `_app` and `_system` roles get their rights. */
  service: string
  name: string
  columns: (table: CreateTableBuilder<string, never>) => CreateTableBuilder<string, string>
  /** The key after `hospital_id`, which leads it. */
  primaryKey: readonly string[]
  /** What requests may do, inside their hospital. */
  app: readonly Privilege[]
  /** What `System…Repository` classes may do, in every hospital; nothing unless said. */
  system?: readonly Privilege[]
}

const HOSPITAL_OF_THE_TRANSACTION = sql`hospital_id = (select nullif(current_setting('app.hospital_id', true), '')::uuid)`

/**
 * Creates an isolated table: `hospital_id` first and never updated, in the primary key; row-level
 * security enabled and forced, so that without a hospital set there are no rows; rights as given and
 * no more. A migration that wants less has to write it out.
 */
export async function createTenantTable(db: Kysely<never>, table: TenantTable): Promise<void> {
  const { service, name, columns, primaryKey, app, system = [] } = table
  await columns(db.schema.createTable(name).addColumn('hospital_id', 'uuid', required) as never)
    .addPrimaryKeyConstraint(`${name}_pkey`, ['hospital_id', ...primaryKey] as never)
    .execute()

  const target = sql.table(name)
  await sql`alter table ${target} enable row level security`.execute(db)
  await sql`alter table ${target} force row level security`.execute(db)
  await allow(db, name, `${service}_app`, app, HOSPITAL_OF_THE_TRANSACTION)
  await allow(db, name, `${service}_system`, system, sql`(select true)`)
  await keepHospital(db, name)
}

const required = (column: ColumnDefinitionBuilder) => column.notNull()

async function allow(
  db: Kysely<never>,
  table: string,
  role: string,
  privileges: readonly Privilege[],
  condition: ReturnType<typeof sql>,
): Promise<void> {
  if (privileges.length === 0) return
  await sql`grant ${sql.raw(privileges.join(', '))} on ${sql.table(table)} to ${sql.id(role)}`.execute(
    db,
  )
  await sql`create policy ${sql.id(role)} on ${sql.table(table)} to ${sql.id(role)}
    using (${condition}) with check (${condition})`.execute(db)
}

/** A row stays with its hospital, whoever asks: not even the owner moves it. */
async function keepHospital(db: Kysely<never>, table: string): Promise<void> {
  await sql`create or replace function keep_hospital() returns trigger language plpgsql
    set search_path = pg_catalog as $$
    begin
      if new.hospital_id is distinct from old.hospital_id then
        raise exception 'hospital_id cannot be updated' using errcode = '42501';
      end if;
      return new;
    end $$`.execute(db)
  await sql`create trigger keep_hospital before update of hospital_id on ${sql.table(table)}
    for each row execute function keep_hospital()`.execute(db)
}
