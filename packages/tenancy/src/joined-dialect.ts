import { CompiledQuery, type DatabaseConnection, type Driver } from 'kysely'
import { PostgresqlDialect } from './postgresql-dialect.ts'

/**
 * Kysely inside a transaction that somebody else begins and ends: statements are part of it, and so
 * are transactions, as savepoints. A repository need not know whether it is alone.
 */
export class JoinedDialect extends PostgresqlDialect {
  readonly #connection: DatabaseConnection

  constructor(connection: DatabaseConnection) {
    super()
    this.#connection = connection
  }

  createDriver(): Driver {
    return new JoinedDriver(this.#connection)
  }

  /** It is in one transaction already. */
  together<T>(work: (dialect: JoinedDialect) => Promise<T>): Promise<T> {
    return work(this)
  }
}

class JoinedDriver implements Driver {
  readonly #connection: DatabaseConnection

  constructor(connection: DatabaseConnection) {
    this.#connection = connection
  }

  async init(): Promise<void> {}

  async acquireConnection(): Promise<DatabaseConnection> {
    return this.#connection
  }

  async beginTransaction(): Promise<void> {
    await this.#run('savepoint joined')
  }

  async commitTransaction(): Promise<void> {
    await this.#run('release savepoint joined')
  }

  async rollbackTransaction(): Promise<void> {
    await this.#run('rollback to savepoint joined')
    await this.#run('release savepoint joined')
  }

  async releaseConnection(): Promise<void> {}

  async destroy(): Promise<void> {}

  async #run(text: string): Promise<void> {
    await this.#connection.executeQuery(CompiledQuery.raw(text))
  }
}
