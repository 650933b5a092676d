import { DOMAIN_STREAM } from '@wardstone/contracts'
import {
  connectNats,
  DurableConsumer,
  type DurableConsumerOptions,
  type Gauges,
  type Nats,
  OutboxRelay,
  relayGauges,
} from '@wardstone/events'
import type { Logger } from '@wardstone/service'
import type { Config } from './config.ts'

const name = 'auth'

/** What this service tells over NATS, out of its outbox, and what it hears of hospitals. */
export class Messaging {
  readonly #nats: Nats
  readonly #relay: OutboxRelay
  readonly #consumer: DurableConsumer

  constructor(config: Config, handle: DurableConsumerOptions['handle'], logger: Logger) {
    const nats = connectNats({ url: config.NATS_URL, name, logger })
    this.#nats = nats
    this.#relay = new OutboxRelay({ connectionString: config.RELAY_DATABASE_URL, nats, logger })
    this.#consumer = new DurableConsumer({
      nats,
      stream: DOMAIN_STREAM,
      durable: name,
      handle,
      logger,
    })
  }

  isUp(): boolean {
    return this.#nats.isUp()
  }

  /** What waits to be told. */
  gauges(): Gauges {
    return relayGauges(this.#relay)
  }

  /** Call after a write: the relay looks into the outbox. */
  poke(): void {
    this.#relay.poke()
  }

  start(): void {
    this.#relay.start()
    this.#consumer.start()
  }

  async stop(): Promise<void> {
    await Promise.all([this.#relay.stop(), this.#consumer.stop()])
    await this.#nats.close()
  }
}
