import { type Identity, NO_HOSPITAL_CONTEXT_DETAIL } from '@wardstone/contracts'
import { problem } from '@wardstone/service'
import { Kysely } from 'kysely'
import type pg from 'pg'
import type { JoinedDialect } from './joined-dialect.ts'
import { type OutboxEvent, writeOutbox } from './outbox.ts'
import { createPool, type DatabaseOptions } from './pool.ts'
import { TransactionDialect } from './transaction-dialect.ts'

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/

/**
 * One hospital, as one caller may see it. Repositories are built from it and from nothing else; it
 * can only be had from a verified identity.
 */
export class Tenant<DB> {
  readonly hospitalId: string
  readonly identity: Identity
  /** Kysely whose every statement runs in a transaction of this hospital: see {@link TransactionDialect}. */
  readonly db: Kysely<DB>
  readonly #dialect: TransactionDialect | JoinedDialect

  constructor(hospitalId: string, identity: Identity, dialect: TransactionDialect | JoinedDialect) {
    this.hospitalId = hospitalId
    this.identity = identity
    this.db = new Kysely<DB>({ dialect })
    this.#dialect = dialect
  }

  /**
   * Runs `work` in one transaction, which everything that is made of the tenant it is given is part
   * of. Meanwhile it holds a connection, so what needs one of its own (`recordAudit`) waits until after.
   */
  together<T>(work: (inside: Tenant<DB>) => Promise<T>): Promise<T> {
    const { hospitalId, identity } = this
    return this.#dialect.together((joined) => work(new Tenant(hospitalId, identity, joined)))
  }
}

/** A service's database as its `_app` role, which row-level security keeps inside one hospital at a time. */
export class TenantDatabase<DB> {
  readonly #pool: pg.Pool
  #onWrite: () => void = () => undefined

  constructor(options: DatabaseOptions) {
    this.#pool = createPool(options)
  }

  /**
   * The hospital of `identity`.
   * @throws problem 403 `no_hospital_context` when it has none
   */
  tenant(identity: Identity): Tenant<DB> {
    const hospitalId = identity.hospital_id
    if (hospitalId === null || !UUID.test(hospitalId)) {
      throw problem(403, 'no_hospital_context', NO_HOSPITAL_CONTEXT_DETAIL)
    }
    const dialect = new TransactionDialect(this.#pool, hospitalId, () => this.#onWrite())
    return new Tenant(hospitalId, identity, dialect)
  }

  /** Calls `listener` after each statement that may have written: the relay looks into the outbox. */
  onWrite(listener: () => void): void {
    this.#onWrite = listener
  }

  /** Commits events of any number of hospitals in one transaction, each under its own hospital's policy. */
  async writeOutbox(events: readonly OutboxEvent[]): Promise<void> {
    await writeOutbox(this.#pool, events)
    this.#onWrite()
  }

  /** True when PostgreSQL answers. */
  async isUp(): Promise<boolean> {
    await this.#pool.query('select 1')
    return true
  }

  /** Ends every connection. */
  async close(): Promise<void> {
    await this.#pool.end()
  }
}
