import {
  type DatabaseConnection,
  type Dialect,
  type Driver,
  type Kysely,
  PostgresAdapter,
  PostgresIntrospector,
  PostgresQueryCompiler,
} from 'kysely'
import type pg from 'pg'
import { TransactionConnection } from './transaction-connection.ts'

/** Kysely over connections that run `setting` at the start of every transaction, their own or Kysely's. */
export class TransactionDialect implements Dialect {
  readonly #connect: () => TransactionConnection

  constructor(pool: pg.Pool, setting: string, onWrite: () => void) {
    this.#connect = () => new TransactionConnection(pool, setting, onWrite)
  }

  createDriver(): Driver {
    return new TransactionDriver(this.#connect)
  }

  createAdapter() {
    return new PostgresAdapter()
  }

  createQueryCompiler() {
    return new PostgresQueryCompiler()
  }

  createIntrospector(db: Kysely<never>) {
    return new PostgresIntrospector(db)
  }
}

class TransactionDriver implements Driver {
  readonly #connect: () => TransactionConnection

  constructor(connect: () => TransactionConnection) {
    this.#connect = connect
  }

  async init(): Promise<void> {}

  async acquireConnection(): Promise<DatabaseConnection> {
    return this.#connect()
  }

  async beginTransaction(connection: TransactionConnection): Promise<void> {
    connection.begin()
  }

  async commitTransaction(connection: TransactionConnection): Promise<void> {
    await connection.commit()
  }

  async rollbackTransaction(connection: TransactionConnection): Promise<void> {
    await connection.rollback()
  }

  async releaseConnection(connection: TransactionConnection): Promise<void> {
    connection.release()
  }

  async destroy(): Promise<void> {}
}
