import type { DatabaseConnection, Driver } from 'kysely'
import type pg from 'pg'
import { JoinedDialect } from './joined-dialect.ts'
import { PostgresqlDialect } from './postgresql-dialect.ts'
import { TransactionConnection } from './transaction-connection.ts'

/** Kysely over connections whose every transaction, their own or Kysely's, runs in a hospital: see {@link TransactionConnection}. */
export class TransactionDialect extends PostgresqlDialect {
  readonly #connect: () => TransactionConnection

  constructor(pool: pg.Pool, hospitalId: string | undefined, onWrite: () => void) {
    super()
    this.#connect = () => new TransactionConnection(pool, hospitalId, onWrite)
  }

  createDriver(): Driver {
    return new TransactionDriver(this.#connect)
  }

  /** Runs `work` in one transaction, which everything on the dialect it is given is part of. */
  async together<T>(work: (dialect: JoinedDialect) => Promise<T>): Promise<T> {
    const connection = this.#connect()
    connection.begin()
    try {
      const result = await work(new JoinedDialect(connection))
      await connection.commit()
      return result
    } catch (error) {
      await connection.rollback()
      throw error
    } finally {
      connection.release()
    }
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
