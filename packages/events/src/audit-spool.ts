import { rm } from 'node:fs/promises'
import type { NatsConnection } from 'nats'
import { backoff, Sleeper } from './backoff.ts'
import type { Nats } from './connection.ts'
import type { Logger } from './logger.ts'
import { readProgress } from './progress.ts'
import { isHopeless, publishAll } from './publisher.ts'
import { readSpool, type SpoolEntry, SpoolFile, spoolEntry } from './spool-file.ts'
import { SpoolFolder } from './spool-folder.ts'
import { SpoolQueue } from './spool-queue.ts'
import { SpoolWriter } from './spool-writer.ts'

export interface AuditSpoolOptions {
  /** Of this host's processes alone; made when missing. */
  readonly folder: string
  readonly nats: Nats
  readonly logger: Logger
  /** What may wait, in bytes; beyond it events are lost, and the log says so. 64 MiB unless given. */
  readonly maxBytes?: number
}

export interface SpoolStats {
  /** Not yet acknowledged by JetStream. */
  waiting: number
  /** In JetStream, but not yet with its consumer. */
  unconfirmed: number
  published: number
  /** Lost, because the spool was full. */
  dropped: number
}

const IN_FLIGHT = 64
const CONFIRM_MS = 1000
const RECONNECT_POLL_MS = 200
const ADOPT_MS = 5000

/**
 * The outbox of a process without a database: every event is in a file before `record` resolves, is
 * published from there in order, and leaves the file once the audit service has it. What a process
 * leaves behind the next one publishes; its ids make a repetition harmless.
 */
export class AuditSpool {
  readonly #nats: Nats
  readonly #logger: Logger
  readonly #folder: SpoolFolder
  readonly #file: SpoolFile
  readonly #queue: SpoolQueue
  readonly #writer: SpoolWriter
  readonly #toPublish = new Sleeper()
  /** Not woken by new events: JetStream is not asked more often because there is more to tell. */
  readonly #pause = new Sleeper()
  readonly #running: Promise<unknown>
  readonly #stats = { published: 0, dropped: 0 }
  /** The server that was last asked how far it is. */
  #server: string | undefined
  #closing = false

  constructor(options: AuditSpoolOptions) {
    this.#nats = options.nats
    this.#logger = options.logger
    this.#folder = new SpoolFolder(options.folder)
    this.#file = new SpoolFile(this.#folder.own)
    this.#queue = new SpoolQueue(options.maxBytes ?? 64 * 1024 * 1024)
    this.#writer = new SpoolWriter(this.#file, this.#queue, this.#logger)
    this.#running = this.#run()
  }

  /**
   * Resolves once the event survives a crash of this process, or, which is an error in the log, is only
   * in memory because the file cannot be written. `msgId` is the event's id.
   */
  record(subject: string, msgId: string, payload: object): Promise<void> {
    const entry = spoolEntry(subject, msgId, JSON.stringify(payload))
    if (!this.#queue.add(entry)) {
      this.#stats.dropped += 1
      const { dropped } = this.#stats
      this.#logger.error({ subject, dropped }, 'audit spool is full, an event is lost')
      return Promise.resolve()
    }
    this.#toPublish.wake()
    return this.#writer.write(entry.line).then(() => undefined)
  }

  stats(): SpoolStats {
    return { ...this.#stats, ...this.#queue.counts() }
  }

  /** Writes what is left to write; what is left to publish stays in the file for the next process. */
  async close(): Promise<void> {
    this.#closing = true
    this.#toPublish.wake()
    this.#pause.wake()
    await this.#running
    await this.#file.close().catch(() => {})
    if (this.#queue.bytes > 0) return
    await rm(this.#folder.own, { force: true }).catch((error) => {
      this.#logger.warn({ err: error }, 'audit spool file cannot be removed')
    })
  }

  async #run(): Promise<void> {
    try {
      await this.#folder.open()
      await this.#file.open()
    } catch (error) {
      this.#logger.error({ err: error }, 'audit spool has no file')
    }
    // Writing ends last: what is being taken over from others waits to be written.
    const publishing = this.#keepPublishing().finally(() => this.#writer.close())
    await Promise.all([this.#writer.run(), publishing])
  }

  /** Takes over what processes left behind that are gone: first into our own file, then from theirs. */
  async #adopt(): Promise<void> {
    try {
      for (const path of await this.#folder.abandoned()) {
        const { entries, broken } = await readSpool(path)
        this.#queue.addFirst(entries)
        const written = await this.#writer.write(entries.map(({ line }) => line).join(''))
        if (written) await rm(path, { force: true })
        if (entries.length + broken > 0) {
          this.#logger.info({ entries: entries.length, broken }, 'audit spool found events')
        }
      }
    } catch (error) {
      this.#logger.warn({ err: error }, 'audit spool cannot read what others left')
    }
  }

  async #keepPublishing(): Promise<void> {
    let failures = 0
    let confirmAt = 0
    let adoptAt = 0
    while (!this.#closing) {
      if (Date.now() >= adoptAt) {
        await this.#adopt()
        adoptAt = Date.now() + ADOPT_MS
      }
      if (!this.#nats.isUp()) {
        await this.#toPublish.sleep(RECONNECT_POLL_MS)
        continue
      }
      failures = (await this.#publishBatch()) ? 0 : failures + 1
      if (Date.now() >= confirmAt) {
        if (this.#queue.counts().unconfirmed > 0) await this.#look()
        confirmAt = Date.now() + CONFIRM_MS
      }
      if (this.#closing || (failures === 0 && this.#queue.next(1).length > 0)) continue
      if (failures > 0) await this.#pause.sleep(backoff(failures, 250, 5000))
      else await this.#toPublish.sleep(CONFIRM_MS)
    }
  }

  /** False when JetStream takes nothing. */
  async #publishBatch(): Promise<boolean> {
    const batch = this.#queue.next(IN_FLIGHT)
    const connection = this.#nats.connection
    if (batch.length === 0) return true
    if (!connection) return false
    if (!this.#queue.knowsStreams && !(await this.#look())) return false
    const results = await publishAll(connection.jetstream(), batch)
    let accepted = 0
    for (const result of results) {
      if ('ack' in result) {
        accepted += 1
        this.#queue.published(result.message, result.ack)
      } else if (isHopeless(result.error)) {
        this.#giveUp(result.message, result.error)
      }
    }
    this.#stats.published += accepted
    return accepted > 0
  }

  /** A server that starts may have lost what its predecessor acknowledged. */
  #meetServer({ info }: NatsConnection): void {
    if (info?.server_id === this.#server) return
    this.#server = info?.server_id
    const again = this.#queue.doubt()
    if (again > 0) this.#logger.info({ events: again }, 'audit events published again, to be sure')
  }

  #giveUp(entry: SpoolEntry, error: Error): void {
    this.#queue.remove(entry)
    this.#stats.dropped += 1
    const fields = { err: error, subject: entry.subject, id: entry.id }
    this.#logger.error(fields, 'audit event refused, it is lost')
  }

  /** True when the streams and their consumers could be seen. */
  async #look(): Promise<boolean> {
    const connection = this.#nats.connection
    if (!connection) return false
    try {
      const progress = await readProgress(connection)
      this.#meetServer(connection)
      const again = this.#queue.confirm(progress)
      if (again > 0) this.#logger.warn({ events: again }, 'jetstream lost events, published again')
      this.#writer.wake()
      return true
    } catch (error) {
      this.#logger.warn({ err: error }, 'audit spool cannot see the streams')
      return false
    }
  }
}
