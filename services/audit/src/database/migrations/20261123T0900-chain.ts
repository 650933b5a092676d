import { createOutbox, createTenantTable } from '@wardstone/tenancy'
import { type Kysely, sql } from 'kysely'

const service = 'audit'

export async function up(db: Kysely<never>): Promise<void> {
  await createAppendOnly(db)
  await createEvents(db)
  await createEventPatients(db)
  await createChainHeads(db)
  await createCheckpoints(db)
  await createDeadLetters(db)
  await createOutbox(db, service)
}

async function createEvents(db: Kysely<never>) {
  await createTenantTable(db, {
    service,
    name: 'event',
    columns: (table) =>
      table
        .addColumn('seq', 'bigint', (c) => c.notNull().check(sql`seq > 0`))
        .addColumn('event_id', 'uuid', (c) => c.notNull())
        .addColumn('occurred_at', 'text', (c) => c.notNull())
        .addColumn('happened_at', 'timestamptz(3)', (c) => c.notNull())
        .addColumn('action', 'text', (c) => c.notNull())
        .addColumn('outcome', 'text', (c) => c.notNull())
        .addColumn('actor_id', 'uuid')
        .addColumn('payload_canon', 'text', (c) => c.notNull())
        .addColumn('prev_hash', 'bytea', (c) => c.notNull())
        .addColumn('hash', 'bytea', (c) => c.notNull())
        .addUniqueConstraint('event_once', ['hospital_id', 'event_id'] as never)
        .addUniqueConstraint('event_no_fork', ['hospital_id', 'prev_hash'] as never),
    primaryKey: ['seq'],
    app: ['select'],
    system: ['select', 'insert'],
  })
  await sql`create index event_by_actor on event (hospital_id, actor_id, seq)`.execute(db)
  await sql`create index event_by_action on event (hospital_id, action, seq)`.execute(db)
  await sql`create index event_by_time on event (hospital_id, happened_at)`.execute(db)
  await sql`create index event_unusual on event (hospital_id, seq) where outcome <> 'success'`.execute(
    db,
  )
  await keepForever(db, 'event')
}

/** A table, not an array: array operators are not leakproof, so row-level security keeps them from an index. */
async function createEventPatients(db: Kysely<never>) {
  await createTenantTable(db, {
    service,
    name: 'event_patient',
    columns: (table) =>
      table
        .addColumn('patient_id', 'uuid', (c) => c.notNull())
        .addColumn('seq', 'bigint', (c) => c.notNull()),
    primaryKey: ['patient_id', 'seq'],
    app: ['select'],
    system: ['insert'],
  })
  await keepForever(db, 'event_patient')
}

async function createChainHeads(db: Kysely<never>) {
  await createTenantTable(db, {
    service,
    name: 'chain_head',
    columns: (table) =>
      table
        .addColumn('seq', 'bigint', (c) => c.notNull())
        .addColumn('hash', 'bytea', (c) => c.notNull()),
    primaryKey: [],
    app: ['select'],
    system: ['select', 'insert', 'update'],
  })
  await sql`create function only_forward() returns trigger language plpgsql
    set search_path = pg_catalog as $$
    begin
      if new.seq <= old.seq then
        raise exception 'a chain only grows' using errcode = '42501';
      end if;
      return new;
    end $$`.execute(db)
  await sql`create trigger only_forward before update on chain_head
    for each row execute function only_forward()`.execute(db)
  await sql`create trigger append_only before delete on chain_head
    for each row execute function append_only()`.execute(db)
  await sql`create trigger append_only_all before truncate on chain_head
    execute function append_only()`.execute(db)
}

async function createCheckpoints(db: Kysely<never>) {
  await createTenantTable(db, {
    service,
    name: 'checkpoint',
    columns: (table) =>
      table
        .addColumn('seq', 'bigint', (c) => c.notNull())
        .addColumn('note', 'text', (c) => c.notNull()),
    primaryKey: ['seq'],
    app: ['select'],
    system: ['select', 'insert'],
  })
  await keepForever(db, 'checkpoint')
}

async function createDeadLetters(db: Kysely<never>) {
  await createTenantTable(db, {
    service,
    name: 'dead_letter',
    columns: (table) =>
      table
        .addColumn('digest', 'bytea', (c) => c.notNull())
        .addColumn('subject', 'text', (c) => c.notNull())
        .addColumn('payload', 'bytea', (c) => c.notNull())
        .addColumn('reason', 'text', (c) => c.notNull())
        .addColumn('received_at', 'timestamptz(3)', (c) => c.notNull().defaultTo(sql`now()`)),
    primaryKey: ['digest'],
    app: [],
    system: ['select', 'insert'],
  })
  await keepForever(db, 'dead_letter')
}

async function createAppendOnly(db: Kysely<never>) {
  await sql`create function append_only() returns trigger language plpgsql
    set search_path = pg_catalog as $$
    begin
      raise exception 'what is on record stays as it is' using errcode = '42501';
    end $$`.execute(db)
}

/** Nobody changes or removes a row, the owner included. */
async function keepForever(db: Kysely<never>, table: string) {
  const target = sql.table(table)
  await sql`create trigger append_only before update or delete on ${target}
    for each row execute function append_only()`.execute(db)
  await sql`create trigger append_only_all before truncate on ${target}
    execute function append_only()`.execute(db)
}
