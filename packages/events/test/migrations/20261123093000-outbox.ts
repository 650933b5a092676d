import { createOutbox } from '@wardstone/tenancy'
import type { Kysely } from 'kysely'

export const up = (db: Kysely<never>) => createOutbox(db, 'events')
