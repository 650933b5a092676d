import { Bulkhead } from '@wardstone/service'

/** A booking takes some ten milliseconds; nobody waits at a desk for longer than this. */
const LIMITS = { concurrent: 1, waiting: 1000, patienceMs: 5000 }
const DETAIL = 'Too many book this doctor at once; try again'

/** Those who want the same doctor stand in one line and hold no connection while they wait; other lines go on. */
export class Lines {
  readonly #lines = new Map<string, Bulkhead>()

  /** Runs `task` when all that came before it in the line `key` are done. @throws problem 503 when too many wait */
  async run<T>(key: string, task: () => Promise<T>): Promise<T> {
    const line = this.#lines.get(key) ?? new Bulkhead(LIMITS, DETAIL)
    this.#lines.set(key, line)
    try {
      return await line.run(task)
    } finally {
      if (line.isIdle) this.#lines.delete(key)
    }
  }
}
