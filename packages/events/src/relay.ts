import { backoff, Sleeper } from './backoff.ts'
import type { Nats } from './connection.ts'
import type { Logger } from './logger.ts'
import { Outbox } from './outbox.ts'
import { RelaySession, type RelayStats } from './relay-session.ts'

export interface OutboxRelayOptions {
  /** Of the service's relay role, straight to PostgreSQL: the lock lives as long as the connection. */
  readonly connectionString: string
  readonly nats: Nats
  readonly logger: Logger
}

/** What is not known while this process is not the one that publishes. */
const UNKNOWN = { pending: Number.NaN, oldest_age_seconds: Number.NaN }
const POLL_MS = 400
const LOCK_POLL_MS = 1000
// Commits that come together are published together.
const POKE_DELAY_MS = 25
// Where much is committed, fewer and larger turns: each costs the same, whatever it publishes.
const REST_MS = 75

/**
 * Publishes a service's outbox to JetStream, in the order of the changes, and deletes each row once every
 * consumer has it. Of several instances one works, the others wait for its lock.
 */
export class OutboxRelay {
  readonly #options: OutboxRelayOptions
  readonly #sleeper = new Sleeper()
  /** Not woken by a poke: what is away is not asked more often because there is more to tell. */
  readonly #pause = new Sleeper()
  readonly #stats: RelayStats = { ...UNKNOWN, published: 0 }
  #poked: NodeJS.Timeout | undefined
  #stopping = false
  #running: Promise<void> | undefined

  constructor(options: OutboxRelayOptions) {
    this.#options = options
  }

  start(): void {
    this.#running ??= this.#run()
  }

  /** Call after a commit that wrote to the outbox: it is published now, not at the next poll. */
  poke(): void {
    if (this.#stopping || this.#poked) return
    this.#poked = setTimeout(() => {
      this.#poked = undefined
      this.#sleeper.wake()
    }, POKE_DELAY_MS)
    this.#poked.unref()
  }

  stats(): Readonly<RelayStats> {
    return { ...this.#stats }
  }

  /** Stops claiming, waits for what is under way and marks it. */
  async stop(): Promise<void> {
    this.#stopping = true
    clearTimeout(this.#poked)
    this.#sleeper.wake()
    this.#pause.wake()
    await this.#running
  }

  async #run(): Promise<void> {
    let failures = 0
    while (!this.#stopping) {
      const outbox = new Outbox(this.#options.connectionString)
      try {
        await outbox.connect()
        await this.#waitForLock(outbox)
        failures = 0
        await this.#relay(outbox)
      } catch (error) {
        failures += 1
        this.#options.logger.warn({ err: error }, 'relay lost its database')
      } finally {
        Object.assign(this.#stats, UNKNOWN)
        await outbox.close()
      }
      if (!this.#stopping) await this.#pause.sleep(backoff(failures, 250, 3000))
    }
  }

  async #waitForLock(outbox: Outbox): Promise<void> {
    while (!this.#stopping && !(await outbox.lock())) await this.#pause.sleep(LOCK_POLL_MS)
  }

  async #relay(outbox: Outbox): Promise<void> {
    const { nats, logger } = this.#options
    const session = new RelaySession({ outbox, nats, logger, stats: this.#stats })
    let failures = 0
    while (!this.#stopping) {
      const outcome = await session.turn()
      failures = outcome === 'failed' ? failures + 1 : 0
      if (this.#stopping || outcome === 'more') continue
      if (outcome === 'some') await this.#pause.sleep(REST_MS)
      else if (failures > 0) await this.#pause.sleep(backoff(failures, 250, 5000))
      else await this.#sleeper.sleep(POLL_MS)
    }
  }
}
