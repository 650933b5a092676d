import type { JsMsg } from 'nats'

/** What was received and not yet answered, by its place in the stream: delivered again, it is one. */
export class MessageQueue {
  #waiting = new Map<number, JsMsg>()
  #taken: readonly JsMsg[] = []

  get isEmpty(): boolean {
    return this.#waiting.size === 0
  }

  /** How many wait to be taken. */
  get size(): number {
    return this.#waiting.size
  }

  add(message: JsMsg): void {
    this.#waiting.set(message.seq, message)
  }

  clear(): void {
    this.#waiting.clear()
  }

  take(most: number): readonly JsMsg[] {
    const batch: JsMsg[] = []
    for (const message of this.#waiting.values()) {
      if (batch.length === most) break
      batch.push(message)
    }
    for (const { seq } of batch) this.#waiting.delete(seq)
    this.#taken = batch
    return batch
  }

  /** What was taken last has been answered. */
  answered(): void {
    this.#taken = []
  }

  /** Puts what was taken last to the front again. */
  putBack(): void {
    this.#waiting = new Map(this.all().map((message) => [message.seq, message]))
    this.#taken = []
  }

  all(): JsMsg[] {
    return [...this.#taken, ...this.#waiting.values()]
  }
}
