import { type Kysely, sql } from 'kysely'

/**
 * Numbers the rows of an outbox as they are inserted. Two changes of one record wait for each other on
 * its row lock, so their events have numbers in the order of the changes, whatever ids their requests
 * made for them, and the first is committed before the second has its number: a relay that goes by
 * the numbers of what it sees never turns them around.
 */
export async function orderOutbox(db: Kysely<never>): Promise<void> {
  await sql`alter table outbox add column seq bigint generated always as identity`.execute(db)
  await sql`drop index outbox_waiting`.execute(db)
  await sql`create index outbox_waiting on outbox (seq) where published_at is null`.execute(db)
}
