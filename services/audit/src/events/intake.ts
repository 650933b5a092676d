import type { AuditEvent } from '@wardstone/contracts'
import type { ReceivedMessage } from '@wardstone/events'
import { type Logger, ProblemError } from '@wardstone/service'
import type { ChainEntry } from '../chain/entry.ts'
import { type DeadLetter, type DeadLetterReason, readMessage } from './messages.ts'
import type { SystemEventRepository } from './system-repository.ts'

export interface IntakeOptions {
  readonly repository: SystemEventRepository
  readonly logger: Logger
  /** Told after each commit what is new in the chains. */
  readonly onAppended: (entries: readonly ChainEntry[]) => void
  /** Told of each message that was put away for the first time. */
  readonly onPutAway: (reason: DeadLetterReason) => void
}

// What one transaction holds, so that it stays below the role's timeout.
const MOST_EVENTS = 1000

/** Makes the handler of `audit.>`: when it resolves, every event is in its chain or put away. */
export function createIntake({ repository, logger, onAppended, onPutAway }: IntakeOptions) {
  return async (messages: readonly ReceivedMessage[]): Promise<void> => {
    const events: AuditEvent[] = []
    for (const message of messages) {
      const read = readMessage(message)
      if (Array.isArray(read)) events.push(...read)
      else await putAway(read)
    }
    try {
      for (let start = 0; start < events.length; start += MOST_EVENTS) {
        onAppended(await repository.append(events.slice(start, start + MOST_EVENTS)))
      }
    } catch (error) {
      const [alone] = messages
      if (!alone || messages.length > 1 || !isRefusal(error)) throw error
      await putAway({ ...alone, reason: 'refused' })
    }
  }

  async function putAway(letter: DeadLetter): Promise<void> {
    const { reason, subject } = letter
    logger.error({ reason, subject: subject.slice(0, 200) }, 'audit message put away')
    if (await repository.putAway(letter)) onPutAway(reason)
  }
}

/** PostgreSQL cannot hold the value, now or later: SQLSTATE class 22, most of which is a 400 by now. */
function isRefusal(error: unknown): boolean {
  if (error instanceof ProblemError) return error.statusCode === 400
  return error instanceof Error && 'code' in error && String(error.code).startsWith('22')
}
