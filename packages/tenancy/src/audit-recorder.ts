import { type AuditEvent, auditSubject } from '@wardstone/contracts'
import { ProblemError } from '@wardstone/service'
import { v7 as uuidv7 } from 'uuid'
import { auditMessage, type OutboxEvent } from './outbox.ts'

interface Waiting {
  event: AuditEvent
  resolve: () => void
  reject: (error: unknown) => void
}

interface Outbox {
  writeOutbox: (events: readonly OutboxEvent[]) => Promise<void>
}

/** What one transaction holds at the most. */
const MOST_EVENTS = 500

/** What one message holds at the most, in characters: NATS takes 1 MB. */
const FULL = 700_000

/**
 * Puts audit events of reads and denials into the outbox by group commit: while one transaction is
 * being written, the events of the requests that arrive meanwhile gather for the next, so that
 * concurrent requests share its round trip and its fsync. Reads of one hospital share a row too.
 */
export class AuditRecorder {
  readonly #outbox: Outbox
  #waiting: Waiting[] = []
  #writing = false

  constructor(outbox: Outbox) {
    this.#outbox = outbox
  }

  /**
   * Resolves once `event` is committed; only then may the answer leave.
   * @throws problem 503 when it could not be committed
   */
  record = (event: AuditEvent): Promise<void> => {
    const { promise, resolve, reject } = Promise.withResolvers<void>()
    this.#waiting.push({ event, resolve, reject })
    if (!this.#writing) {
      this.#writing = true
      setImmediate(() => this.#write())
    }
    return promise
  }

  async #write(): Promise<void> {
    while (this.#waiting.length > 0) {
      await this.#commit(this.#waiting.splice(0, MOST_EVENTS))
    }
    this.#writing = false
  }

  /** Returns why PostgreSQL is away, if it is. */
  async #commit(group: readonly Waiting[]): Promise<unknown> {
    try {
      await this.#outbox.writeOutbox(messages(group.map(({ event }) => event)))
      for (const { resolve } of group) resolve()
      return undefined
    } catch (error) {
      const isAway = error instanceof ProblemError && error.statusCode === 503
      // What PostgreSQL refuses of one caller must not be the answer to others.
      if (group.length > 1 && !isAway) return await this.#oneByOne(group)
      for (const { reject } of group) reject(error)
      return isAway ? error : undefined
    }
  }

  async #oneByOne(group: readonly Waiting[]): Promise<unknown> {
    let away: unknown
    for (const each of group) {
      if (away === undefined) away = await this.#commit([each])
      else each.reject(away)
    }
    return away
  }
}

/** The successful events of each hospital share messages; each other event has its own. */
function messages(events: AuditEvent[]): OutboxEvent[] {
  const reads = new Map<string, AuditEvent[][]>()
  const single: AuditEvent[] = []
  for (const event of events) {
    if (event.outcome !== 'success') single.push(event)
    else addTo(reads, `${event.hospital_id} ${event.service}`, event)
  }
  return [...single.map(auditMessage), ...[...reads.values()].flat().map(together)]
}

function addTo(reads: Map<string, AuditEvent[][]>, key: string, event: AuditEvent): void {
  const messages = reads.get(key) ?? []
  reads.set(key, messages)
  const last = messages.at(-1)
  if (last && sizeOf(last) + sizeOf([event]) <= FULL) last.push(event)
  else messages.push([event])
}

/** An upper bound: an event without its patients is below 1,500 characters, an id is 39. */
function sizeOf(events: AuditEvent[]): number {
  return events.reduce((size, { patient_ids = [] }) => size + 1_500 + 39 * patient_ids.length, 0)
}

function together(events: AuditEvent[]): OutboxEvent {
  const [first] = events as [AuditEvent]
  if (events.length === 1) return auditMessage(first)
  const subject = auditSubject(first.hospital_id, first.service, 'reads')
  return { hospital_id: first.hospital_id, id: uuidv7(), subject, payload: { events } }
}
