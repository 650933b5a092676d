import { createOutbox, orderOutbox } from '@wardstone/tenancy'
import type { Kysely } from 'kysely'

export async function up(db: Kysely<never>) {
  await createOutbox(db, 'events')
  await orderOutbox(db)
}
