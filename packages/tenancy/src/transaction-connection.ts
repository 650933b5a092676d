import type { CompiledQuery, DatabaseConnection, QueryResult } from 'kysely'
import type pg from 'pg'
import { asProblem, type PipelinedClient } from './pool.ts'
import { statementName } from './statement-names.ts'

/** A prepared plan that no longer fits, after a migration: a fresh connection plans anew. */
const STALE_PLAN = new Set(['0A000', '26000'])

/**
 * One Kysely connection, checked out only while it has something to do. A statement outside a
 * transaction travels together with its own `begin`, the hospital's setting and `commit` in one
 * network write: one round trip. Within a transaction `begin` and the setting travel with the first
 * statement.
 */
export class TransactionConnection implements DatabaseConnection {
  readonly #pool: pg.Pool
  readonly #setting: string
  readonly #onWrite: () => void
  #client: PipelinedClient | undefined
  #begin: Promise<unknown> | undefined
  #inTransaction = false

  /** @param setting SQL that runs right after `begin`, in the same message; empty for none */
  constructor(pool: pg.Pool, setting: string, onWrite: () => void) {
    this.#pool = pool
    this.#setting = setting
    this.#onWrite = onWrite
  }

  async executeQuery<R>(query: CompiledQuery): Promise<QueryResult<R>> {
    try {
      return toResult(this.#inTransaction ? await this.#within(query) : await this.#alone(query))
    } catch (error) {
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

  /** Gives the client back; one that is not idle, and so could still be inside a hospital, is closed. */
  release(): void {
    this.#inTransaction = false
    this.#begin = undefined
    const client = this.#client
    this.#client = undefined
    client?.release(client.getTransactionStatus() !== 'I')
  }

  // biome-ignore lint/correctness/useYield: Kysely asks for a generator; nothing here streams.
  async *streamQuery(): AsyncIterableIterator<never> {
    throw new Error('Streaming needs a cursor, which a pipelined connection cannot have.')
  }

  async #alone(query: CompiledQuery): Promise<pg.QueryResult> {
    const readOnly = isReadOnly(query)
    try {
      return await this.#pipelined(query, readOnly)
    } catch (error) {
      if (!readOnly || !STALE_PLAN.has((error as { code?: string }).code ?? '')) throw error
      return await this.#pipelined(query, readOnly)
    } finally {
      if (!readOnly) this.#onWrite()
    }
  }

  async #pipelined(query: CompiledQuery, readOnly: boolean): Promise<pg.QueryResult> {
    const client = await this.#checkOut()
    const { stream } = client.connection
    stream.cork()
    const begin = client.query(`begin${readOnly ? ' read only' : ''};${this.#setting}`)
    const statement = client.query(prepared(query))
    const commit = client.query('commit')
    stream.uncork()
    const [began, result, committed] = await Promise.allSettled([begin, statement, commit])
    if (result.status === 'rejected' && STALE_PLAN.has(result.reason.code)) client.release(true)
    else client.release(client.getTransactionStatus() !== 'I')
    this.#client = undefined

    if (began.status === 'rejected') throw began.reason
    if (result.status === 'rejected') throw result.reason
    if (committed.status === 'rejected') throw committed.reason
    if (committed.value.command !== 'COMMIT') throw new Error('The transaction was rolled back.')
    return result.value
  }

  async #within(query: CompiledQuery): Promise<pg.QueryResult> {
    if (this.#begin) return (await this.#checkOut()).query(prepared(query))
    const client = await this.#checkOut()
    client.connection.stream.cork()
    this.#begin = client.query(`begin;${this.#setting}`)
    const statement = client.query(prepared(query))
    client.connection.stream.uncork()
    const [began, result] = await Promise.allSettled([this.#begin, statement])
    if (began.status === 'rejected') throw began.reason
    if (result.status === 'rejected') throw result.reason
    return result.value
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
