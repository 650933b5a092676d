import type { ConsumerMessages, JsMsg, NatsConnection } from 'nats'
import { backoff, Sleeper } from './backoff.ts'
import type { Nats } from './connection.ts'
import type { Logger } from './logger.ts'

/** A message as its handler sees it. */
export interface ReceivedMessage {
  /** The producer's id for it (`Nats-Msg-Id`), if it gave one. */
  readonly id: string | undefined
  readonly subject: string
  readonly payload: Uint8Array
}

export interface DurableConsumerOptions {
  readonly nats: Nats
  readonly stream: string
  readonly durable: string
  /**
   * Must have committed when it resolves: the messages are acknowledged then. When it rejects, they
   * come again, later and in smaller batches; what can never succeed is for the handler to put away.
   */
  readonly handle: (messages: readonly ReceivedMessage[]) => Promise<void>
  readonly logger: Logger
}

const BATCH = 200
const PULL = { max_messages: 500, expires: 5000 }
const RETRY = { least: 250, most: 5000 }

/** Reads a durable pull consumer in batches, for ever: whatever vanishes is waited for. */
export class DurableConsumer {
  readonly #options: DurableConsumerOptions
  readonly #arrived = new Sleeper()
  readonly #restart = new Sleeper()
  #queue: JsMsg[] = []
  #session: ConsumerMessages | undefined
  /** When the consumer was made: with another one, old messages mean nothing. */
  #incarnation: string | undefined
  #failures = 0
  #stopping = false
  #receiving: Promise<void> | undefined
  #working: Promise<void> | undefined

  constructor(options: DurableConsumerOptions) {
    this.#options = options
  }

  start(): void {
    if (this.#working) return
    this.#receiving = this.#receive()
    this.#working = this.#work()
    this.#options.nats.onConnection((connection) => void this.#restartOnDisconnect(connection))
  }

  /** Finishes the batch under way; what waits is given back for the next one who reads. */
  async stop(): Promise<void> {
    this.#stopping = true
    this.#session?.stop()
    this.#restart.wake()
    this.#arrived.wake()
    await Promise.all([this.#working, this.#receiving])
    for (const message of this.#queue.splice(0)) message.nak()
  }

  async #receive(): Promise<void> {
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
      if (!this.#stopping) await this.#restart.sleep(backoff(attempt + 1, 100, 2000))
    }
  }

  /** Until anything is wrong with the consumer or the connection: starting anew is always safe. */
  async #listen(connection: NatsConnection): Promise<void> {
    const { stream, durable } = this.#options
    const consumer = await connection.jetstream().consumers.get(stream, durable)
    if (this.#stopping) return
    const { created } = await consumer.info(true)
    if (created !== this.#incarnation) this.#queue = []
    this.#incarnation = created
    const session = await consumer.consume({
      ...PULL,
      callback: (message) => {
        this.#queue.push(message)
        this.#arrived.wake()
      },
    })
    this.#session = session
    await Promise.race([session.closed(), this.#untilTrouble(session)])
    session.stop()
    this.#session = undefined
  }

  async #untilTrouble(session: ConsumerMessages): Promise<void> {
    const harmless = new Set(['debug', 'discard', 'next'])
    for await (const { type } of await session.status()) {
      if (harmless.has(type)) continue
      this.#options.logger.warn({ durable: this.#options.durable, type }, 'consumer restarts')
      return
    }
  }

  async #restartOnDisconnect(connection: NatsConnection): Promise<void> {
    for await (const { type } of connection.status()) {
      if (type === 'disconnect') this.#session?.stop()
    }
  }

  async #work(): Promise<void> {
    while (!this.#stopping) {
      if (this.#queue.length === 0 || !this.#session) await this.#arrived.sleep(1000)
      else await this.#handleBatch()
    }
  }

  async #handleBatch(): Promise<void> {
    const incarnation = this.#incarnation
    const batch = this.#takeBatch()
    let failure: { error: unknown } | undefined
    try {
      await this.#options.handle(batch.map(received))
      this.#failures = 0
    } catch (error) {
      failure = { error }
    }
    await this.#untilListening()
    // What is said of an old message could count for another message of a stream made anew.
    const valid = incarnation === this.#incarnation
    if (failure) this.#retryLater(valid ? batch : [], failure.error)
    else if (valid) for (const message of batch) message.ack()
  }

  /** Answers given while the connection is away could reach another server. */
  async #untilListening(): Promise<void> {
    while (!this.#session && !this.#stopping) await this.#arrived.sleep(200)
  }

  /** A quarter as many for each time the first one failed, so that what fails is soon alone. */
  #takeBatch(): JsMsg[] {
    const first = this.#queue[0]
    const size = Math.max(1, BATCH >> (2 * Math.min(deliveries(first) - 1, 8)))
    const different = this.#queue.findIndex((each) => deliveries(each) !== deliveries(first))
    const alike = different === -1 ? this.#queue.length : different
    return this.#queue.splice(0, Math.min(size, alike))
  }

  /** All that wait are sent back too: they would be delivered again before their turn came. */
  #retryLater(batch: readonly JsMsg[], error: unknown): void {
    const { logger, durable } = this.#options
    this.#failures += 1
    const fields = { durable, failures: this.#failures, err: error }
    logger.error(fields, 'batch failed, comes again')
    const waiting = this.#queue
    this.#queue = []
    for (const message of [...batch, ...waiting]) {
      message.nak(backoff(this.#failures, RETRY.least, RETRY.most))
    }
  }
}

const deliveries = (message: JsMsg | undefined) => message?.info.deliveryCount ?? 1

function received(message: JsMsg): ReceivedMessage {
  const id = message.headers?.get('Nats-Msg-Id')
  return { id: id || undefined, subject: message.subject, payload: message.data }
}
