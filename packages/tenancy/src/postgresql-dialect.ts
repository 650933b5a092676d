import {
  type Dialect,
  type Driver,
  type Kysely,
  PostgresAdapter,
  PostgresIntrospector,
  PostgresQueryCompiler,
} from 'kysely'

/** Kysely's PostgreSQL without a driver. */
export abstract class PostgresqlDialect implements Dialect {
  abstract createDriver(): Driver

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
