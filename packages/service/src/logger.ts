import type { FastifyBaseLogger } from 'fastify'
import { type DestinationStream, type LoggerOptions, pino } from 'pino'

/** The log of a process; objects first, past-tense message second. */
export type Logger = FastifyBaseLogger

/**
 * The log of one process: JSON lines, on standard output unless `destination` is given, written
 * together every half second and at the end. The serializers are allow-lists, because a URL, a header
 * or a driver's error text may hold what must not be in a log.
 */
export function createLogger(
  name: string,
  level: string,
  destination: DestinationStream = standardOutput(),
): Logger {
  const options: LoggerOptions = {
    name,
    level,
    base: { name, pid: process.pid },
    redact: ['authorization', 'cookie', 'password', '*.authorization', '*.cookie', '*.password'],
    serializers: {
      req: (request: { method?: string }) => ({ method: request.method }),
      res: (reply: { statusCode?: number }) => ({ status: reply.statusCode }),
      err: describeError,
      error: describeError,
    },
  }
  return pino(options, destination)
}

function standardOutput(): DestinationStream {
  return pino.destination({ dest: 1, sync: false, minLength: 4096, periodicFlush: 500 })
}

/** What an error may say in a log: PostgreSQL's `detail`, `where` and `message` can quote a row, so they stay out. */
function describeError(error: Error & { code?: string; severity?: string }): object {
  const fromPostgres = error.severity !== undefined
  return {
    type: error.name,
    code: error.code,
    message: fromPostgres ? undefined : error.message,
    cause: error.cause instanceof Error ? describeError(error.cause) : undefined,
    stack: fromPostgres ? error.stack?.split('\n').slice(1).join('\n') : error.stack,
  }
}
