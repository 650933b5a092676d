import { orderOutbox } from '@wardstone/tenancy'
import type { Kysely } from 'kysely'

/** Events leave in the order of the changes they tell of. */
export async function up(db: Kysely<never>): Promise<void> {
  await orderOutbox(db)
}
