import type { PubAck } from 'nats'
import type { StreamProgress } from './outbox.ts'
import type { SpoolEntry } from './spool-file.ts'

interface Unconfirmed {
  readonly entry: SpoolEntry
  readonly ack: PubAck
  /** Where it went, as in StreamProgress, or that stream's predecessor. */
  readonly stream: string | undefined
}

/** What the spool still owes: first to JetStream, then, from there, to the consumer. */
export class SpoolQueue {
  readonly #maxBytes: number
  readonly #waiting = new Map<string, SpoolEntry>()
  readonly #unconfirmed = new Map<string, Unconfirmed>()
  #streams: ReadonlyMap<string, StreamProgress> | undefined
  #bytes = 0

  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes
  }

  /** False before the first look at the streams: what they take then could not be followed. */
  get knowsStreams(): boolean {
    return this.#streams !== undefined
  }

  get bytes(): number {
    return this.#bytes
  }

  counts(): { waiting: number; unconfirmed: number } {
    return { waiting: this.#waiting.size, unconfirmed: this.#unconfirmed.size }
  }

  /** False when it is full of what JetStream does not have; what it has makes room. */
  add(entry: SpoolEntry): boolean {
    if (this.#waiting.has(entry.id) || this.#unconfirmed.has(entry.id)) return true
    for (const [id, { entry: old }] of this.#unconfirmed) {
      if (this.#bytes + entry.line.length <= this.#maxBytes) break
      this.#unconfirmed.delete(id)
      this.#bytes -= old.line.length
    }
    if (this.#bytes + entry.line.length > this.#maxBytes) return false
    this.#waiting.set(entry.id, entry)
    this.#bytes += entry.line.length
    return true
  }

  /** What another process left goes before all that is new. */
  addFirst(entries: readonly SpoolEntry[]): void {
    const newer = [...this.#waiting.values()]
    this.#waiting.clear()
    for (const { line } of newer) this.#bytes -= line.length
    for (const entry of [...entries, ...newer]) {
      if (this.#waiting.has(entry.id) || this.#unconfirmed.has(entry.id)) continue
      this.#waiting.set(entry.id, entry)
      this.#bytes += entry.line.length
    }
  }

  next(count: number): SpoolEntry[] {
    const entries: SpoolEntry[] = []
    for (const entry of this.#waiting.values()) {
      if (entries.length === count) break
      entries.push(entry)
    }
    return entries
  }

  published(entry: SpoolEntry, ack: PubAck): void {
    this.#waiting.delete(entry.id)
    const stream = this.#streams?.get(ack.stream)?.stream
    this.#unconfirmed.set(entry.id, { entry, ack, stream })
  }

  remove(entry: SpoolEntry): void {
    this.#waiting.delete(entry.id)
    this.#unconfirmed.delete(entry.id)
    this.#bytes -= entry.line.length
  }

  /** Forgets what the consumer has, and queues again what the stream lost; returns how many. */
  confirm(streams: ReadonlyMap<string, StreamProgress>): number {
    this.#streams = streams
    let again = 0
    for (const [id, { entry, ack, stream }] of this.#unconfirmed) {
      const present = streams.get(ack.stream)
      if (!present) continue
      if (stream !== present.stream || ack.seq > present.last) {
        this.#unconfirmed.delete(id)
        this.#waiting.set(id, entry)
        again += 1
      } else if (ack.seq <= present.consumed) {
        this.remove(entry)
      }
    }
    return again
  }

  /** Queues again all that the consumer is not known to have; returns how many. */
  doubt(): number {
    const doubted = [...this.#unconfirmed.values()].map(({ entry }) => entry)
    for (const entry of doubted) this.remove(entry)
    this.addFirst(doubted)
    return doubted.length
  }

  lines(): string {
    const unconfirmed = [...this.#unconfirmed.values()].map(({ entry }) => entry)
    return [...unconfirmed, ...this.#waiting.values()].map(({ line }) => line).join('')
  }
}
