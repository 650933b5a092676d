import { Kysely } from 'kysely'
import type { JoinedDialect } from './joined-dialect.ts'
import { createPool, type DatabaseOptions } from './pool.ts'
import { TransactionDialect } from './transaction-dialect.ts'

/** Kysely on the `_system` role, with what its process must know of its pool. */
export interface SystemDatabase<DB> {
  readonly db: Kysely<DB>
  /** Runs `work` in one transaction, which everything on the database it is given is part of. */
  together<T>(work: (inside: SystemDatabase<DB>) => Promise<T>): Promise<T>
  onWrite: (listener: () => void) => void
  isUp: () => Promise<boolean>
  close: () => Promise<void>
}

/**
 * A service's database as its `_system` role, whose policies span hospitals. Only classes named
 * `System…Repository` take it; docs/architecture.md lists each of them.
 */
export function createSystemDatabase<DB>(options: DatabaseOptions): SystemDatabase<DB> {
  const pool = createPool(options)
  let listener = () => {}
  const on = (dialect: TransactionDialect | JoinedDialect): SystemDatabase<DB> => ({
    db: new Kysely<DB>({ dialect }),
    together: (work) => dialect.together((joined) => work(on(joined))),
    onWrite: (given) => {
      listener = given
    },
    isUp: async () => {
      await pool.query('select 1')
      return true
    },
    close: () => pool.end(),
  })
  return on(new TransactionDialect(pool, undefined, () => listener()))
}
