import { Sleeper } from './backoff.ts'
import type { Logger } from './logger.ts'
import type { SpoolFile } from './spool-file.ts'
import type { SpoolQueue } from './spool-queue.ts'

interface Write {
  readonly line: string
  readonly done: (written: boolean) => void
}

const LOOK_MS = 1000
const COMPACT_BYTES = 8 * 1024 * 1024

/** Keeps the spool's file: lines that come together share one fsync; what has arrived is dropped, what could not be written follows. */
export class SpoolWriter {
  readonly #file: SpoolFile
  readonly #queue: SpoolQueue
  readonly #logger: Logger
  readonly #sleeper = new Sleeper()
  #writes: Write[] = []
  /** Something could not be written: the file is missing what the queue holds. */
  #isBehind = false
  #closing = false

  constructor(file: SpoolFile, queue: SpoolQueue, logger: Logger) {
    this.#file = file
    this.#queue = queue
    this.#logger = logger
  }

  /** Resolves once the line is on the disk; to false when it could not be written, which is in the log. */
  write(line: string): Promise<boolean> {
    return new Promise((done) => {
      this.#writes.push({ line, done })
      this.#sleeper.wake()
    })
  }

  /** The queue has become shorter. */
  wake(): void {
    this.#sleeper.wake()
  }

  /** Ends `run` once all is written. */
  close(): void {
    this.#closing = true
    this.#sleeper.wake()
  }

  async run(): Promise<void> {
    while (!this.#closing || this.#writes.length > 0) {
      const writes = this.#writes.splice(0)
      let written = false
      try {
        if (writes.length > 0) await this.#file.append(writes.map(({ line }) => line).join(''))
        written = true
        await this.#renew()
      } catch (error) {
        if (writes.length > 0) this.#logger.error({ err: error }, 'audit spool not written')
        this.#isBehind ||= !written
      }
      for (const { done } of writes) done(written)
      if (!this.#closing && this.#writes.length === 0) await this.#sleeper.sleep(LOOK_MS)
    }
  }

  /** Writes the file anew when it is missing something, or holds much that has arrived. */
  async #renew(): Promise<void> {
    if (this.#writes.length > 0 || !(this.#isBehind || this.#isLong())) return
    await this.#file.rewrite(this.#queue.lines())
    this.#isBehind = false
  }

  /** All of it has arrived, or much. */
  #isLong(): boolean {
    const { size } = this.#file
    const needed = this.#queue.bytes
    return size > 0 && (needed === 0 || size >= COMPACT_BYTES + 2 * needed)
  }
}
