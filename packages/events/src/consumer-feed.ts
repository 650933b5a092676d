import type { ConsumerMessages, JsMsg, NatsConnection } from 'nats'
import { backoff, Sleeper } from './backoff.ts'
import type { Nats } from './connection.ts'
import type { Logger } from './logger.ts'

export interface ConsumerFeedOptions {
  readonly nats: Nats
  readonly stream: string
  readonly durable: string
  readonly logger: Logger
  readonly onMessage: (message: JsMsg) => void
  /** The consumer is another one than before: what came from that one means nothing any more. */
  readonly onNewConsumer: () => void
}

const PULL = { max_messages: 500, expires: 5000 }
const HARMLESS = new Set(['debug', 'discard', 'next'])

/** Pulls from a durable consumer, and begins anew whenever anything is wrong with it or the connection. */
export class ConsumerFeed {
  readonly #options: ConsumerFeedOptions
  readonly #pause = new Sleeper()
  #session: ConsumerMessages | undefined
  #incarnation: string | undefined
  #stopping = false
  #running: Promise<void> | undefined

  constructor(options: ConsumerFeedOptions) {
    this.#options = options
  }

  /** True while an answer to a message reaches the consumer it came from. */
  get isListening(): boolean {
    return this.#session !== undefined
  }

  /** When the consumer was made. */
  get incarnation(): string | undefined {
    return this.#incarnation
  }

  start(): void {
    this.#running ??= this.#run()
    this.#options.nats.onConnection((connection) => void this.#restartOnDisconnect(connection))
  }

  async stop(): Promise<void> {
    this.#stopping = true
    this.#session?.stop()
    this.#pause.wake()
    await this.#running
  }

  async #run(): Promise<void> {
    const { nats, logger, durable } = this.#options
    for (let attempt = 1; !this.#stopping; attempt += 1) {
      const connection = nats.connection
      try {
        if (connection && nats.isUp()) {
          await this.#listen(connection)
          attempt = 0
        }
      } catch (error) {
        if (attempt === 1) logger.warn({ durable, err: error }, 'consumer is away')
      }
      if (!this.#stopping) await this.#pause.sleep(backoff(attempt + 1, 100, 2000))
    }
  }

  async #listen(connection: NatsConnection): Promise<void> {
    const { stream, durable, onMessage, onNewConsumer } = this.#options
    const consumer = await connection.jetstream().consumers.get(stream, durable)
    if (this.#stopping) return
    const { created } = await consumer.info(true)
    if (created !== this.#incarnation) onNewConsumer()
    this.#incarnation = created
    const session = await consumer.consume({ ...PULL, callback: onMessage })
    this.#session = session
    await Promise.race([session.closed(), this.#untilTrouble(session)])
    session.stop()
    this.#session = undefined
  }

  async #untilTrouble(session: ConsumerMessages): Promise<void> {
    for await (const { type } of await session.status()) {
      if (HARMLESS.has(type)) continue
      this.#options.logger.warn({ durable: this.#options.durable, type }, 'consumer restarts')
      return
    }
  }

  async #restartOnDisconnect(connection: NatsConnection): Promise<void> {
    for await (const { type } of connection.status()) {
      if (type === 'disconnect') this.#session?.stop()
    }
  }
}
