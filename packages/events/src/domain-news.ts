import { Events, type NatsConnection, type Subscription } from 'nats'
import type { Nats } from './connection.ts'
import type { Logger } from './logger.ts'

/** What is called when there is news, or when there may have been. */
export interface NewsListener {
  /** Something happened at this hospital. */
  changed: (hospitalId: string) => void
  /** Anything may have happened anywhere: NATS was away. */
  missed: () => void
}

export interface DomainNewsOptions {
  nats: Nats
  /** Of domain events, such as `domain.*.hospital.hospital.>`. */
  subject: string
  logger: Logger
}

/**
 * Hears which hospitals something happens at, as it happens, for what a process keeps in memory: every
 * process hears everything from when it listens, and nothing that was told before or while NATS was away.
 */
export class DomainNews {
  readonly #options: DomainNewsOptions
  readonly #listeners: NewsListener[] = []
  #hearing = false

  constructor(options: DomainNewsOptions) {
    this.#options = options
    options.nats.onConnection((connection) => {
      this.#follow(connection).catch((err) => this.#miss(err))
    })
  }

  /** True from when the server has our subscription until the connection is lost. */
  get isHearing(): boolean {
    return this.#hearing && this.#options.nats.isUp()
  }

  listen(listener: NewsListener): void {
    this.#listeners.push(listener)
  }

  async #follow(connection: NatsConnection): Promise<void> {
    const statuses = connection.status()
    const subscription = connection.subscribe(this.#options.subject, {
      callback: (error, message) => {
        if (error) return this.#miss(error)
        const [, hospitalId = ''] = message.subject.split('.')
        for (const { changed } of this.#listeners) changed(hospitalId)
      },
    })
    await this.#hear(connection, subscription)
    for await (const { type } of statuses) {
      if (type === Events.Disconnect) this.#miss()
      if (type === Events.Reconnect) await this.#hear(connection, subscription)
    }
    this.#miss()
  }

  /** The server answers in order: when it has answered this, it has our subscription, or has refused it. */
  async #hear(connection: NatsConnection, subscription: Subscription): Promise<void> {
    try {
      await connection.flush()
      this.#hearing = !subscription.isClosed()
    } catch (err) {
      this.#miss(err)
    }
  }

  #miss(err?: unknown): void {
    if (err) this.#options.logger.warn({ err }, 'domain news not heard')
    this.#hearing = false
    for (const { missed } of this.#listeners) missed()
  }
}
