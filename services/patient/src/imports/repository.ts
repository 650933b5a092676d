import type { SystemDatabase, Tenant } from '@wardstone/tenancy'
import { type Kysely, sql } from 'kysely'
import type { Database } from '../database/schema.ts'
import type { ImportTask } from './schemas.ts'

/** What is written of an import; the clock is the database's. */
export type ImportState = Omit<ImportTask, 'requested_by' | 'started_at' | 'finished_at'>

/** The imports of one hospital. */
export class ImportRepository {
  readonly #db: Kysely<Database>
  readonly #tenant: Tenant<Database>

  constructor(tenant: Tenant<Database>, db = tenant.db) {
    this.#db = db
    this.#tenant = tenant
  }

  /** Writes down how far an import is. One that has ended stays as it is: what was said late is not true any more. */
  async save({ id, dry_run, ...state }: ImportState): Promise<void> {
    const { hospitalId, identity } = this.#tenant
    const now = sql<string>`clock_timestamp()`
    const said = {
      ...state,
      updated_at: now,
      finished_at: state.status === 'in-progress' ? null : now,
    }
    await this.#db
      .insertInto('patient_import')
      .values({
        ...{ hospital_id: hospitalId, id, dry_run },
        requested_by: identity.user_id as string,
        ...said,
      })
      .onConflict((conflict) =>
        conflict
          .columns(['hospital_id', 'id'])
          .doUpdateSet(said)
          .where('patient_import.status', '=', 'in-progress'),
      )
      .execute()
  }

  find(id: string): Promise<ImportTask | undefined> {
    return this.#select().where('id', '=', id).select(SHOWN).executeTakeFirst()
  }

  /** Newest first, since their ids tell their time; one row more than the limit, when there is a next page. */
  list({ limit, before }: { limit: number; before: string | undefined }): Promise<ImportTask[]> {
    const rows = before === undefined ? this.#select() : this.#select().where('id', '<', before)
    return rows
      .select(SHOWN)
      .orderBy('id', 'desc')
      .limit(limit + 1)
      .execute()
  }

  #select() {
    return this.#db
      .selectFrom('patient_import')
      .where('patient_import.hospital_id', '=', this.#tenant.hospitalId)
  }
}

/** Nobody says any more how far it is: the process that did has died. */
const IS_INTERRUPTED = sql`(status = 'in-progress' and updated_at < now() - interval '60 seconds')`

const SHOWN = [
  ...(['id', 'requested_by', 'dry_run', 'stage', 'rows', 'rows_done', 'errors'] as const),
  ...(['created', 'started_at', 'finished_at'] as const),
  sql<ImportTask['status']>`case when ${IS_INTERRUPTED} then 'failed' else status end`.as('status'),
  sql<string | null>`case when ${IS_INTERRUPTED} then 'interrupted' else reason end`.as('reason'),
] as const

/** Removes imports of every hospital. */
export class SystemImportRepository {
  readonly #db: Kysely<Database>

  constructor({ db }: Pick<SystemDatabase<Database>, 'db'>) {
    this.#db = db
  }

  /** Those that began so long ago that nobody asks for them. */
  async removeOld(): Promise<void> {
    await this.#db
      .deleteFrom('patient_import')
      .where('started_at', '<', sql<string>`now() - interval '90 days'`)
      .execute()
  }
}
