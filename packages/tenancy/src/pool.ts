import type { Duplex } from 'node:stream'
import { type Logger, type ProblemError, problem } from '@wardstone/service'
import pg from 'pg'

/** How a process reaches one database as one role. */
export interface DatabaseOptions {
  /** `postgresql://role:password@host:port/database` */
  url: string
  poolSize: number
  /** Shown in pg_stat_activity. */
  applicationName: string
  logger: Logger
}

/** A pooled connection with its socket: what is written while that is corked leaves in one piece. */
export type PipelinedClient = pg.PoolClient & { connection: { stream: Duplex } }

const { builtins } = pg.types

/** As the wire contract has them: a date stays a date, an instant is RFC 3339 in UTC with milliseconds. */
const PARSERS = new Map<number, (text: string) => unknown>([
  [builtins.DATE, (text) => text],
  [builtins.TIMESTAMPTZ, (text) => new Date(text).toISOString()],
])

/**
 * A pool that outlives PostgreSQL: nobody waits for a connection longer than 2 s, and a connection
 * that dies, idle or checked out, is an error of its query, never of the process.
 */
export function createPool(options: DatabaseOptions): pg.Pool {
  const pool = new pg.Pool({
    connectionString: options.url,
    max: options.poolSize,
    min: Math.min(2, options.poolSize),
    application_name: options.applicationName,
    connectionTimeoutMillis: 2_000,
    idleTimeoutMillis: 30_000,
    maxLifetimeSeconds: 1_800,
    keepAlive: true,
    options: '-c timezone=UTC',
    pipeline: true,
    types: {
      getTypeParser: ((oid: number, format?: 'text') =>
        PARSERS.get(oid) ?? pg.types.getTypeParser(oid, format)) as typeof pg.types.getTypeParser,
    },
  })
  const warn = (error: Error) => options.logger.warn({ err: error }, 'database connection lost')
  pool.on('error', warn)
  pool.on('connect', (client) => client.on('error', warn))
  return pool
}

/** SQLSTATEs after which the same request may succeed a moment later: shutdown, no connection, lock or statement timeout, deadlock. */
const PASSING = /^(57P0[1-5]|08...|53...|57014|55P03|40001|40P01|25P0[34])$/

/** Node's and the driver's own words for a connection that is not there. */
const CONNECTION =
  /^(ECONNREFUSED|ECONNRESET|EPIPE|ETIMEDOUT|ENOTFOUND|EAI_AGAIN|ENOENT)$|terminated|timeout exceeded when trying to connect|connection error|Client was closed|Connection ended/

/** The 503 that a caller gets for a passing fault of PostgreSQL, else `error` itself. */
export function unavailable(error: unknown): unknown {
  const { code = '', message = '' } = error as { code?: string; message?: string }
  return PASSING.test(code) || CONNECTION.test(code) || CONNECTION.test(message)
    ? databaseAway(error)
    : error
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
