import { createIdempotentAnswers } from '@wardstone/tenancy'
import type { Kysely } from 'kysely'

export async function up(db: Kysely<never>): Promise<void> {
  await createIdempotentAnswers(db, 'patient')
}
