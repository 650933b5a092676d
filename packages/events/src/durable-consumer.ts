import type { JsMsg } from 'nats'
import { backoff, Sleeper } from './backoff.ts'
import type { Nats } from './connection.ts'
import { ConsumerFeed } from './consumer-feed.ts'
import { failingOf } from './halving.ts'
import type { Logger } from './logger.ts'
import { MessageQueue } from './message-queue.ts'

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
   * Must have committed when it resolves: the messages are acknowledged then. When it rejects, it is
   * tried with halves of them, and what fails alone comes again later; what can never succeed is for
   * the handler to put away. It may see a message that it has handled.
   */
  readonly handle: (messages: readonly ReceivedMessage[]) => Promise<void>
  readonly logger: Logger
}

const BATCH = 200
// What arrives together is handled together.
const GATHER_MS = 25
// Where much arrives, fewer and larger transactions: each costs the same, whatever it holds.
const REST_MS = 75
const RETRY = { least: 250, most: 5000 }
// After some minutes the batch is given back after all, in case it is the messages' fault.
const HOLDS = 30
// Well below the consumer's ack_wait.
const STILL_AT_IT_MS = 3000

/** Reads a durable pull consumer in batches, for ever: whatever vanishes is waited for. */
export class DurableConsumer {
  readonly #options: DurableConsumerOptions
  readonly #feed: ConsumerFeed
  readonly #queue = new MessageQueue()
  readonly #arrived = new Sleeper()
  readonly #pause = new Sleeper()
  #holds = 0
  #stopping = false
  #working: Promise<void> | undefined

  constructor(options: DurableConsumerOptions) {
    this.#options = options
    this.#feed = new ConsumerFeed({
      ...options,
      onMessage: (message) => {
        this.#queue.add(message)
        this.#arrived.wake()
      },
      onNewConsumer: () => this.#queue.clear(),
    })
  }

  start(): void {
    if (this.#working) return
    this.#feed.start()
    this.#working = this.#work()
  }

  /** Finishes the batch under way; what waits is given back for the next one who reads. */
  async stop(): Promise<void> {
    this.#stopping = true
    this.#arrived.wake()
    this.#pause.wake()
    await Promise.all([this.#feed.stop(), this.#working])
    for (const message of this.#queue.all()) message.nak()
    this.#queue.clear()
  }

  async #work(): Promise<void> {
    const timer = setInterval(() => this.#sayStillAtIt(), STILL_AT_IT_MS)
    while (!this.#stopping) {
      if (this.#queue.isEmpty || !this.#feed.isListening) {
        await this.#arrived.sleep(1000)
        if (!this.#stopping) await this.#pause.sleep(GATHER_MS)
      } else {
        await this.#handleBatch()
        if (!this.#stopping && this.#queue.size < BATCH) await this.#pause.sleep(REST_MS)
      }
    }
    clearInterval(timer)
  }

  async #handleBatch(): Promise<void> {
    const { handle, logger, durable } = this.#options
    const { incarnation } = this.#feed
    const batch = this.#queue.take(BATCH)
    const failed = await failingOf(
      batch,
      (messages) => handle(messages.map(received)),
      ({ length }, error) =>
        logger.error({ durable, messages: length, err: error }, 'batch failed'),
    )
    await this.#untilListening()
    const allFailed = failed.size === batch.length
    // What is said of an old message could count for another message of a stream made anew.
    if (incarnation !== this.#feed.incarnation) this.#queue.answered()
    else if (allFailed && batch.length > 1 && this.#holds < HOLDS) await this.#hold()
    else this.#answer(batch, failed)
    if (!allFailed) this.#holds = 0
  }

  #answer(batch: readonly JsMsg[], failed: ReadonlySet<JsMsg>): void {
    for (const message of batch) {
      if (!failed.has(message)) message.ack()
      else message.nak(backoff(message.info.deliveryCount, RETRY.least, RETRY.most))
    }
    this.#queue.answered()
  }

  /** Keeps a batch, for which the time is not right, at the front. */
  async #hold(): Promise<void> {
    this.#holds += 1
    this.#queue.putBack()
    if (!this.#stopping) await this.#pause.sleep(backoff(this.#holds, RETRY.least, RETRY.most))
  }

  /** Else the server would deliver again what takes long. */
  #sayStillAtIt(): void {
    if (this.#feed.isListening) for (const message of this.#queue.all()) message.working()
  }

  /** Answers given while the connection is away could reach another server. */
  async #untilListening(): Promise<void> {
    while (!this.#feed.isListening && !this.#stopping) await this.#arrived.sleep(200)
  }
}

function received(message: JsMsg): ReceivedMessage {
  const id = message.headers?.get('Nats-Msg-Id')
  return { id: id || undefined, subject: message.subject, payload: message.data }
}
