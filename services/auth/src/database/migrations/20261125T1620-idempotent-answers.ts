import { createIdempotentAnswers } from '@wardstone/tenancy'
import type { Kysely } from 'kysely'

/** What was answered to requests with an `Idempotency-Key`. */
export async function up(db: Kysely<never>): Promise<void> {
  await createIdempotentAnswers(db, 'auth')
}
