import type { NatsConnection } from 'nats'
import type { Nats } from './connection.ts'
import { Held } from './held.ts'
import type { Logger } from './logger.ts'
import type { Outbox, OutboxRow, Published, StreamProgress } from './outbox.ts'
import { readProgress } from './progress.ts'
import { isHopeless, type PublishResult, publishAll } from './publisher.ts'
import { MESSAGE_AGE_MS } from './streams.ts'

/** What a relay is doing. */
export interface RelayStats {
  /** Rows not yet published, counted up to 10,000, as seen within the last seconds; NaN while another relay is active. */
  pending: number
  oldest_age_seconds: number
  /** Messages acknowledged by JetStream since the start. */
  published: number
}

const IN_FLIGHT = 128
const SWEEP_MS = 2000
const STATS_MS = 2000
// Longer than any nats-server waits before it forces messages to the disk (60 s in 2.9, 2 min later).
const UNSYNCED_MS = 5 * 60 * 1000
const UNREAD_MS = (MESSAGE_AGE_MS * 2) / 3

/** `some`: all that was there, `more`: there may be more, `idle`: nothing was. */
type Turn = 'more' | 'some' | 'idle' | 'failed'

/** The work of the relay that holds the lock, for as long as its database connection lives. */
export class RelaySession {
  readonly #outbox: Outbox
  readonly #nats: Nats
  readonly #logger: Logger
  readonly #stats: RelayStats
  /** Rows that JetStream refuses, and hospitals of which it did not take the next row. */
  readonly #held = { rows: new Held(), hospitals: new Held() }
  #streams = new Map<string, StreamProgress>()
  #server: string | undefined
  #sweepAt = 0
  #statsAt = 0
  #failing = false

  constructor(options: { outbox: Outbox; nats: Nats; logger: Logger; stats: RelayStats }) {
    this.#outbox = options.outbox
    this.#nats = options.nats
    this.#logger = options.logger
    this.#stats = options.stats
  }

  /** Publishes one batch and now and then sweeps. Throws when the database connection is lost. */
  async turn(): Promise<Turn> {
    if (this.#outbox.lost) throw this.#outbox.lost
    await this.#count()
    const connection = this.#nats.connection
    if (!connection || !this.#nats.isUp()) return 'idle'
    if (!(await this.#meetServer(connection))) return 'failed'
    const turn = await this.#publishBatch(connection)
    if (Date.now() >= this.#sweepAt && !(await this.#sweep(connection))) return 'failed'
    return turn
  }

  async #publishBatch(connection: NatsConnection): Promise<Turn> {
    const { rows: refused, hospitals } = this.#held
    const waiting = { rows: refused.waiting(), hospitals: hospitals.waiting() }
    const rows = await this.#outbox.claim(IN_FLIGHT, waiting)
    if (rows.length === 0) return 'idle'
    const results = await publishAll(connection.jetstream(), rows)
    const published = results.flatMap((result) => this.#published(result))
    if (published.length > 0) await this.#outbox.mark(published)
    this.#stats.published += results.filter((each) => 'ack' in each && !each.ack.duplicate).length
    for (const { row } of published) {
      refused.release(row.id)
      hospitals.release(row.hospital_id)
    }
    this.#handleFailures(results, published.length > 0)
    if (published.length === 0) return 'failed'
    return rows.length === IN_FLIGHT ? 'more' : 'some'
  }

  #published(result: PublishResult<OutboxRow>): Published[] {
    if (!('ack' in result)) return []
    const stream = this.#streams.get(result.ack.stream)?.stream
    return stream ? [{ row: result.message, stream, seq: result.ack.seq }] : []
  }

  /** A refused row waits alone. One that was not taken keeps its hospital waiting, so that none overtakes it; if nothing was taken JetStream is away or full. */
  #handleFailures(results: readonly PublishResult<OutboxRow>[], othersWentThrough: boolean): void {
    let down: Error | undefined
    for (const result of results) {
      if (!('error' in result)) continue
      const { id, hospital_id, subject } = result.message
      const isRefused = isHopeless(result.error)
      if (othersWentThrough || isRefused) {
        const { rows, hospitals } = this.#held
        const attempts = isRefused ? rows.hold(id) : hospitals.hold(hospital_id)
        const fields = { err: result.error, id, subject, attempts }
        this.#logger.error(fields, 'outbox row not accepted')
      } else {
        down = result.error
      }
    }
    if (down) this.#fail(down)
    else this.#failing = false
  }

  #fail(error: unknown): void {
    if (!this.#failing) {
      this.#logger.warn({ err: error }, 'jetstream does not take events, they wait')
    }
    this.#failing = true
  }

  /** Once for every server that starts: it may have lost what its predecessor acknowledged. */
  async #meetServer(connection: NatsConnection): Promise<boolean> {
    const server = connection.info?.server_id
    if (server === this.#server && server !== undefined) return true
    if (!(await this.#readProgress(connection))) return false
    const again = await this.#outbox.takeBackNewest(UNSYNCED_MS)
    if (again > 0) this.#logger.info({ rows: again }, 'outbox rows published again, to be sure')
    this.#server = server
    this.#sweepAt = 0
    return true
  }

  async #sweep(connection: NatsConnection): Promise<boolean> {
    if (await this.#outbox.holdsPublished()) {
      if (!(await this.#readProgress(connection))) return false
      const streams = [...this.#streams.values()]
      for (const stream of streams) await this.#outbox.remove(stream)
      const lost = await this.#outbox.takeBackLost(streams, UNREAD_MS)
      if (lost > 0) this.#logger.warn({ rows: lost }, 'jetstream lost events, published again')
    }
    this.#sweepAt = Date.now() + SWEEP_MS
    return true
  }

  async #readProgress(connection: NatsConnection): Promise<boolean> {
    try {
      this.#streams = await readProgress(connection)
      return true
    } catch (error) {
      this.#fail(error)
      return false
    }
  }

  async #count(): Promise<void> {
    if (Date.now() < this.#statsAt) return
    Object.assign(this.#stats, await this.#outbox.waiting())
    this.#statsAt = Date.now() + STATS_MS
  }
}
