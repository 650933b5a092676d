import { type Kysely, sql } from 'kysely'
import { createTenantTable } from './create-tenant-table.ts'

/**
 * Creates the transactional outbox of a service. Requests can only put rows in, for their own
 * hospital; the relay reads, marks and removes them.
 */
export async function createOutbox(db: Kysely<never>, service: string): Promise<void> {
  await createTenantTable(db, {
    service,
    name: 'outbox',
    columns: (table) =>
      table
        .addColumn('id', 'uuid', (c) => c.notNull())
        .addColumn('subject', 'text', (c) => c.notNull())
        .addColumn('payload', 'text', (c) => c.notNull())
        .addColumn('created_at', 'timestamptz(3)', (c) => c.notNull().defaultTo(sql`now()`))
        .addColumn('published_at', 'timestamptz(3)')
        .addColumn('stream', 'text')
        .addColumn('stream_seq', 'bigint'),
    primaryKey: ['id'],
    app: ['insert'],
    system: ['insert'],
  })
  await sql`create index outbox_waiting on outbox (id) where published_at is null`.execute(db)
  await sql`create index outbox_published on outbox (stream, stream_seq) where published_at is not null`.execute(
    db,
  )
  await sql`alter table outbox set (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 1000)`.execute(
    db,
  )

  const relay = sql.id(`${service}_relay`)
  await sql`grant select, update, delete on outbox to ${relay}`.execute(db)
  await sql`create policy relay on outbox to ${relay} using ((select true)) with check ((select true))`.execute(
    db,
  )
}
