import type { CompiledQuery, DatabaseConnection, QueryResult } from 'kysely'
import type pg from 'pg'
import { queryInHospital } from './hospital-query.ts'
import { asProblem, giveBack, type PipelinedClient } from './pool.ts'
import { statementName } from './statement-names.ts'

/** A prepared plan that no longer fits, after a migration: a fresh connection plans anew. */
const STALE_PLAN = new Set(['0A000', '26000'])

/**
 * One Kysely connection, checked out only while it has something to do. A statement outside a
 * transaction is one of its own, and goes to PostgreSQL together with the hospital it runs in: one
 * round trip. Within a transaction `begin` and the hospital travel with the first statement.
 */
export class TransactionConnection implements DatabaseConnection {
  readonly #pool: pg.Pool
  readonly #hospitalId: string | undefined
  readonly #onWrite: () => void
  #client: PipelinedClient | undefined
  #begin: Promise<unknown> | undefined
  #inTransaction = false
  #failure: unknown

  /** @param hospitalId where all of it runs; undefined for a role whose policies span hospitals */
  constructor(pool: pg.Pool, hospitalId: string | undefined, onWrite: () => void) {
    this.#pool = pool
    this.#hospitalId = hospitalId
    this.#onWrite = onWrite
  }

  async executeQuery<R>(query: CompiledQuery): Promise<QueryResult<R>> {
    try {
      return toResult(this.#inTransaction ? await this.#within(query) : await this.#alone(query))
    } catch (error) {
      this.#failure = error
      throw asProblem(error)
    }
  }

  begin(): void {
    this.#inTransaction = true
  }

  async commit(): Promise<void> {
    if (!this.#client) return
    try {
      const { command } = await this.#client.query('commit')
      if (command !== 'COMMIT') throw new Error('The transaction was aborted and rolled back.')
    } catch (error) {
      throw asProblem(error)
    }
    this.#onWrite()
  }

  async rollback(): Promise<void> {
    await this.#client?.query('rollback').catch(() => undefined)
  }

  release(): void {
    this.#inTransaction = false
    this.#begin = undefined
    const client = this.#client
    this.#client = undefined
    if (client) giveBack(client, this.#failure)
  }

  // biome-ignore lint/correctness/useYield: Kysely asks for a generator; nothing here streams.
  async *streamQuery(): AsyncIterableIterator<never> {
    throw new Error('Streaming needs a cursor, which a pipelined connection cannot have.')
  }

  async #alone(query: CompiledQuery): Promise<pg.QueryResult> {
    const readOnly = isReadOnly(query)
    try {
      return await this.#transaction(query, readOnly)
    } catch (error) {
      if (!readOnly || !STALE_PLAN.has((error as { code?: string }).code ?? '')) throw error
      return await this.#transaction(query, readOnly)
    } finally {
      if (!readOnly) this.#onWrite()
    }
  }

  async #transaction(query: CompiledQuery, readOnly: boolean): Promise<pg.QueryResult> {
    const client = await this.#checkOut()
    let failure: unknown
    try {
      return await this.#send(client, query, readOnly)
    } catch (error) {
      failure = error
      throw error
    } finally {
      giveBack(client, failure)
      this.#client = undefined
    }
  }

  async #within(query: CompiledQuery): Promise<pg.QueryResult> {
    if (this.#begin) return (await this.#checkOut()).query(prepared(query))
    const client = await this.#checkOut()
    client.connection.stream.cork()
    this.#begin = client.query('begin')
    const statement = this.#send(client, query, false)
    client.connection.stream.uncork()
    const [began, result] = await Promise.allSettled([this.#begin, statement])
    if (began.status === 'rejected') throw began.reason
    if (result.status === 'rejected') throw result.reason
    return result.value
  }

  #send(client: PipelinedClient, query: CompiledQuery, readOnly: boolean) {
    const hospitalId = this.#hospitalId
    if (hospitalId === undefined) return client.query(prepared(query))
    return queryInHospital(client, { hospitalId, readOnly }, prepared(query))
  }

  async #checkOut(): Promise<PipelinedClient> {
    this.#client ??= (await this.#pool.connect()) as PipelinedClient
    return this.#client
  }
}

function prepared(query: CompiledQuery): pg.QueryConfig {
  const name = statementName(query.sql)
  return { ...(name && { name }), text: query.sql, values: query.parameters as unknown[] }
}

/** True for a select without a writing CTE and without a lock. */
function isReadOnly({ query }: CompiledQuery): boolean {
  if (query.kind !== 'SelectQueryNode' || query.endModifiers?.length) return false
  return (
    query.with?.expressions.every(({ expression }) => expression.kind === 'SelectQueryNode') ?? true
  )
}

function toResult<R>(result: pg.QueryResult): QueryResult<R> {
  return { rows: result.rows as R[], numAffectedRows: BigInt(result.rowCount ?? 0) }
}
