import { type Kysely, sql } from 'kysely'

const service = 'auth'

/**
 * Failed passwords are counted before anybody is known, and so in no hospital: only the system role
 * sees these tables at all. Their keys are keyed hashes: what people type as a username may be their
 * password.
 */
export async function up(db: Kysely<never>): Promise<void> {
  await db.schema
    .createTable('throttle')
    .addColumn('key', 'bytea', (c) => c.primaryKey())
    .addColumn('failures', 'integer', (c) => c.notNull().defaultTo(0))
    .addColumn('trying', 'integer', (c) => c.notNull().defaultTo(0))
    .addColumn('expires_at', 'timestamptz(3)', (c) => c.notNull())
    .execute()
  await db.schema
    .createTable('known_device')
    .addColumn('key', 'bytea', (c) => c.primaryKey())
    .addColumn('expires_at', 'timestamptz(3)', (c) => c.notNull())
    .execute()
  for (const name of ['throttle', 'known_device']) {
    const table = sql.table(name)
    const system = sql.id(`${service}_system`)
    await sql`create index ${sql.id(`${name}_expiry`)} on ${table} (expires_at)`.execute(db)
    await sql`alter table ${table} enable row level security`.execute(db)
    await sql`alter table ${table} force row level security`.execute(db)
    await sql`grant select, insert, update, delete on ${table} to ${system}`.execute(db)
    await sql`create policy ${system} on ${table} to ${system}
      using ((select true)) with check ((select true))`.execute(db)
  }
}
