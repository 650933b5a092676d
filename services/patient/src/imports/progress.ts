import type { Tenant } from '@wardstone/tenancy'
import type { FastifyBaseLogger } from 'fastify'
import { v7 as uuidv7 } from 'uuid'
import type { Database } from '../database/schema.ts'
import { ImportRepository, type ImportState } from './repository.ts'

/**
 * Tells how far an import is, by statements that are no part of its transaction, so that others see it
 * meanwhile. One statement at a time: what is said while it is under way goes with the next. What cannot be
 * written is in the log and stops nobody.
 */
export class ImportProgress {
  readonly id = uuidv7()
  readonly #imports: ImportRepository
  readonly #log: FastifyBaseLogger
  readonly #state: ImportState
  #hasBegun = false
  #isStale = false
  #writing: Promise<void> | undefined

  constructor(tenant: Tenant<Database>, log: FastifyBaseLogger, dry_run: boolean) {
    this.#imports = new ImportRepository(tenant)
    this.#log = log
    this.#state = {
      ...{ id: this.id, dry_run, status: 'in-progress', reason: null, stage: 'checking' },
      ...{ rows: 0, rows_done: 0, errors: 0, created: 0 },
    }
  }

  /** Nobody waits for it. */
  tell(news: Partial<Pick<ImportState, 'stage' | 'rows' | 'rows_done' | 'errors'>>): void {
    Object.assign(this.#state, news)
    this.#hasBegun = true
    this.#isStale = true
    this.#writing ??= this.#write()
  }

  /** The last statement of the import's own transaction, so that it says so if, and only if, all is stored. */
  async completed(inside: Tenant<Database>, created: number): Promise<void> {
    await this.#writing
    const { rows } = this.#state
    const last = { ...this.#state, status: 'completed', rows_done: rows, created } as const
    // A savepoint: the import is stored even if this cannot be said.
    await this.#tried(
      inside.db.transaction().execute((db) => new ImportRepository(inside, db).save(last)),
    )
  }

  /** Of an import that did not begin, such as one that was made before, there is nothing to say. */
  async failed(reason: string): Promise<void> {
    if (!this.#hasBegun) return
    await this.#writing
    await this.#tried(this.#imports.save({ ...this.#state, status: 'failed', reason }))
  }

  async #write(): Promise<void> {
    while (this.#isStale) {
      this.#isStale = false
      await this.#tried(this.#imports.save(this.#state))
    }
    this.#writing = undefined
  }

  async #tried(written: Promise<void>): Promise<void> {
    await written.catch((err: Error) =>
      this.#log.warn({ err, import_id: this.id }, 'progress of an import not written'),
    )
  }
}
