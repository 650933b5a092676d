import { type ConnectionOptions, connect, Events, type NatsConnection } from 'nats'
import { backoff, Sleeper } from './backoff.ts'
import type { Logger } from './logger.ts'

export interface NatsOptions {
  /** `nats://user:password@host:port` */
  readonly url: string
  /** The process's name: of the connection, and of its inbox `_INBOX_<name>`, the only one it may listen to. */
  readonly name: string
  readonly logger: Logger
}

/** The connection of one process to NATS, which is there or will be again. */
export interface Nats {
  readonly name: string
  /** True while requests can be answered. */
  isUp(): boolean
  /** The connection, if there ever was one: it may be between two attempts to reconnect. */
  readonly connection: NatsConnection | undefined
  /** Calls `listener` with the present connection and each that replaces it, to subscribe on. */
  onConnection(listener: (connection: NatsConnection) => void): void
  /** Drains and closes, in 5 s at most. */
  close(): Promise<void>
}

const CLOSE_WITHIN_MS = 5000

/**
 * Connects in the background and never gives up: a process must start, and answer, without NATS.
 */
export function connectNats(options: NatsOptions): Nats {
  return new BackgroundConnection(options)
}

/** What every connection of ours is made with (the client's defaults give up after 20 s). */
export function connectionOptions(url: string, name: string): ConnectionOptions {
  const { username, password, host } = new URL(url)
  const credentials = username
    ? { user: decodeURIComponent(username), pass: decodeURIComponent(password) }
    : {}
  return {
    ...credentials,
    servers: host,
    name,
    inboxPrefix: `_INBOX_${name}`,
    maxReconnectAttempts: -1,
    reconnectTimeWait: 500,
    reconnectJitter: 200,
    pingInterval: 10_000,
    maxPingOut: 3,
    timeout: 5000,
    ignoreAuthErrorAbort: true,
  }
}

class BackgroundConnection implements Nats {
  readonly name: string
  readonly #options: NatsOptions
  readonly #listeners: ((connection: NatsConnection) => void)[] = []
  readonly #sleeper = new Sleeper()
  readonly #run: Promise<void>
  #connection: NatsConnection | undefined
  #up = false
  #closing = false

  constructor(options: NatsOptions) {
    this.name = options.name
    this.#options = options
    this.#run = this.#keepConnected()
  }

  get connection(): NatsConnection | undefined {
    return this.#connection
  }

  isUp(): boolean {
    return this.#up
  }

  onConnection(listener: (connection: NatsConnection) => void): void {
    this.#listeners.push(listener)
    if (this.#connection && !this.#connection.isClosed()) listener(this.#connection)
  }

  async close(): Promise<void> {
    this.#closing = true
    this.#sleeper.wake()
    const connection = this.#connection
    if (connection && !connection.isClosed()) {
      const drained = this.#up ? connection.drain() : Promise.resolve()
      await Promise.race([drained.catch(() => {}), delay(CLOSE_WITHIN_MS)])
      await Promise.race([connection.close().catch(() => {}), delay(CLOSE_WITHIN_MS)])
    }
    this.#up = false
    await this.#run
  }

  async #keepConnected(): Promise<void> {
    const { url, name, logger } = this.#options
    for (let attempt = 1; !this.#closing; attempt += 1) {
      try {
        const connection = await connect(connectionOptions(url, name))
        attempt = 0
        await this.#serve(connection)
      } catch (error) {
        if (attempt === 1) logger.warn({ err: error }, 'nats is away, still trying')
      }
      if (!this.#closing) await this.#sleeper.sleep(backoff(attempt + 1, 250, 2000))
    }
  }

  /** Until the connection is closed for good, which only `close` should do. */
  async #serve(connection: NatsConnection): Promise<void> {
    const { logger } = this.#options
    this.#connection = connection
    this.#up = true
    logger.info({ server: connection.getServer() }, 'nats connected')
    if (this.#closing) await connection.close()
    for (const listener of this.#listeners) listener(connection)
    this.#watch(connection).catch((error) => {
      logger.error({ err: error }, 'nats status lost')
    })
    const error = await connection.closed()
    this.#up = false
    if (error && !this.#closing) logger.error({ err: error }, 'nats closed')
  }

  async #watch(connection: NatsConnection): Promise<void> {
    const { logger } = this.#options
    for await (const status of connection.status()) {
      if (status.type === Events.Disconnect) {
        this.#up = false
        logger.warn({}, 'nats disconnected')
      } else if (status.type === Events.Reconnect) {
        this.#up = true
        logger.info({}, 'nats reconnected')
      } else if (status.type === Events.Error) {
        logger.error({ error: String(status.data) }, 'nats refused')
      }
    }
  }
}

/** A wait that does not keep the process alive. */
function delay(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds).unref())
}
