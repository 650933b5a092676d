import { AUDIT_STREAM } from '@wardstone/contracts'
import type { Nats } from '@wardstone/events'
import { Counter, Gauge, Histogram, type Registry } from 'prom-client'
import type { ChainEntry } from './chain/entry.ts'
import type { CheckpointerStats } from './checkpoints/checkpointer.ts'
import { DEAD_LETTER_REASONS, type DeadLetterReason } from './events/messages.ts'

/** What the audit service tells its operators; nothing by hospital, whose number of events is theirs. */
export class AuditMetrics {
  readonly #appended = new Counter({
    name: 'audit_events_appended_total',
    help: 'Events that were appended to a chain',
    registers: [],
  })
  readonly #delay = new Histogram({
    name: 'audit_event_delay_seconds',
    help: 'From when an event occurred to when it was in its chain',
    buckets: [0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300, 3600],
    registers: [],
  })
  readonly #deadLetters = new Counter({
    name: 'audit_dead_letters_total',
    help: 'Messages that are no audit events and were put away',
    labelNames: ['reason'] as const,
    registers: [],
  })

  constructor() {
    for (const reason of DEAD_LETTER_REASONS) this.#deadLetters.inc({ reason }, 0)
  }

  appended(entries: readonly ChainEntry[]): void {
    const now = Date.now()
    this.#appended.inc(entries.length)
    for (const { happened_at } of entries) {
      this.#delay.observe(Math.max(0, now - Date.parse(happened_at)) / 1000)
    }
  }

  putAway(reason: DeadLetterReason): void {
    this.#deadLetters.inc({ reason })
  }

  /** Adds all of it to the metrics of the process, and what is only looked up when it is asked for. */
  register(
    registry: Registry,
    { nats, checkpoints }: { nats: Nats; checkpoints: () => CheckpointerStats },
  ): void {
    for (const metric of [this.#appended, this.#delay, this.#deadLetters]) {
      registry.registerMetric(metric)
    }
    new Gauge({
      name: 'audit_events_waiting',
      help: 'Messages of the stream that are not in a chain yet; NaN while NATS is away',
      registers: [registry],
      async collect() {
        this.set(await waiting(nats))
      },
    })
    for (const outcome of ['signed', 'refused'] as const) {
      new Gauge({
        name: `audit_checkpoints_${outcome}`,
        help: `Checkpoints ${outcome} since the start; one refused means that a chain or a place of checkpoints is not what it was`,
        registers: [registry],
        collect() {
          this.set(checkpoints()[outcome])
        },
      })
    }
  }
}

async function waiting(nats: Nats): Promise<number> {
  if (!nats.connection || !nats.isUp()) return Number.NaN
  try {
    const manager = await nats.connection.jetstreamManager({ checkAPI: false })
    const info = await manager.consumers.info(AUDIT_STREAM, 'audit')
    return info.num_pending + info.num_ack_pending
  } catch {
    return Number.NaN
  }
}
