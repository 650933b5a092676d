import type { Duplex } from 'node:stream'
import { type Logger, type ProblemError, problem } from '@wardstone/service'
import pg from 'pg'
import { prepareForHospitals } from './hospital-query.ts'

/** How a process reaches one database as one role. */
export interface DatabaseOptions {
  /** `postgresql://role:password@host:port/database` */
  url: string
  poolSize: number
  /** Shown in pg_stat_activity. */
  applicationName: string
  /**
   * Lets PostgreSQL plan a statement again for its parameters, where the best plan depends on them.
   * Elsewhere each keeps one plan: planning a search took three times as long as to run it.
   */
  plansAnew?: true
  logger: Logger
}

/** A pooled connection with its socket: what is written while that is corked leaves in one piece. */
export type PipelinedClient = pg.PoolClient & { connection: { stream: Duplex } }

const { builtins } = pg.types

/** As the wire contract has them: a date stays a date, an instant is RFC 3339 in UTC with milliseconds. */
const PARSERS = new Map<number, (text: string) => unknown>([
  [builtins.DATE, (text) => text],
  [builtins.TIMESTAMPTZ, instant],
])

/** PostgreSQL's `2026-11-23 09:22:53.07+00`; a Date is made only of what is not so plain. */
function instant(text: string): string {
  const [, day, time = ''] = /^(\d{4}-\d\d-\d\d) ([\d:]{8}(?:\.\d{1,3})?)\+00$/.exec(text) ?? []
  if (day === undefined) return new Date(text).toISOString()
  return `${day}T${time.length === 8 ? `${time}.000` : time.padEnd(12, '0')}Z`
}

/**
 * Of every session. Neither compiled nor spread over several processes: what a request asks takes a few
 * milliseconds, and either took more than that.
 */
function settings({ plansAnew }: DatabaseOptions): string {
  const values = {
    timezone: 'UTC',
    plan_cache_mode: plansAnew ? 'auto' : 'force_generic_plan',
    jit: 'off',
    max_parallel_workers_per_gather: '0',
  }
  return Object.entries(values)
    .map(([name, value]) => `-c ${name}=${value}`)
    .join(' ')
}

/**
 * A pool that outlives PostgreSQL: nobody waits for a connection longer than 2 s, one that says
 * nothing for 7 s (the server's own limit is 5 s) is given up, and a connection
 * that dies, idle or checked out, is an error of its query, never of the process.
 */
export function createPool(options: DatabaseOptions): pg.Pool {
  const pool = new pg.Pool({
    connectionString: options.url,
    max: options.poolSize,
    min: Math.min(2, options.poolSize),
    application_name: options.applicationName,
    connectionTimeoutMillis: 2_000,
    query_timeout: 7_000,
    idleTimeoutMillis: 30_000,
    maxLifetimeSeconds: 1_800,
    keepAlive: true,
    options: settings(options),
    pipeline: true,
    types: {
      getTypeParser: ((oid: number, format?: 'text') =>
        PARSERS.get(oid) ?? pg.types.getTypeParser(oid, format)) as typeof pg.types.getTypeParser,
    },
  })
  const warn = (error: Error) => options.logger.warn({ err: error }, 'database connection lost')
  pool.on('error', warn)
  pool.on('connect', (client) => {
    client.on('error', warn)
    prepareForHospitals(client)
  })
  return pool
}

/** SQLSTATEs after which the same request may succeed a moment later: shutdown, no connection, lock or statement timeout, deadlock. */
const PASSING = /^(57P0[1-5]|08...|53...|57014|55P03|40001|40P01|25P0[34])$/

/** Node's and the driver's own words for a connection that is not there. */
const CONNECTION =
  /^(ECONNREFUSED|ECONNRESET|EPIPE|ETIMEDOUT|ENOTFOUND|EAI_AGAIN|ENOENT)$|terminated|timeout exceeded when trying to connect|connection error|Client was closed|Connection ended|Query read timeout/

/** SQLSTATEs after which a connection is of no use: it ends, or what it has prepared no longer fits. */
const SPENT = /^(57P0[1-5]|08...|25P0[34]|0A000|26000)$/

/**
 * Gives a connection back, for whoever waits to have at once; `failure` is what went wrong on it last. It
 * is closed if it could still be inside a hospital or is of no use, which its socket may not show yet.
 */
export function giveBack(client: PipelinedClient, failure?: unknown): void {
  const isSound =
    failure === undefined ||
    (failure instanceof pg.DatabaseError && !SPENT.test(failure.code ?? ''))
  client.release(!isSound || client.getTransactionStatus() !== 'I')
}

/** SQLSTATEs of a value that no schema refused and PostgreSQL cannot take: numbers, instants, text. */
const DATA_EXCEPTION = /^22(003|007|008|009|021|P02|P05)$/

/** The 503 that a caller gets for a passing fault of PostgreSQL, the 400 for a value it cannot take, else `error` itself. */
export function asProblem(error: unknown): unknown {
  const { code = '', message = '' } = error as { code?: string; message?: string }
  if (DATA_EXCEPTION.test(code)) return outOfRange(error)
  return PASSING.test(code) || CONNECTION.test(code) || CONNECTION.test(message)
    ? databaseAway(error)
    : error
}

function outOfRange(cause: unknown): ProblemError {
  const refused = problem(400, 'validation_failed', 'A value is out of range')
  refused.cause = cause
  return refused
}

function databaseAway(cause: unknown): ProblemError {
  const away = problem(
    503,
    'unavailable',
    'The service is not available; try again',
    {},
    { 'retry-after': '1' },
  )
  away.cause = cause
  return away
}
