import { Bulkhead, type BulkheadLimits } from './bulkhead.ts'

/** Those who want the same thing stand in one line and hold no connection while they wait; other lines go on. */
export class Lines {
  readonly #lines = new Map<string, Bulkhead>()
  readonly #limits: BulkheadLimits
  readonly #detail: string

  /** @param detail what those who are sent away are told */
  constructor(limits: Omit<BulkheadLimits, 'concurrent'>, detail: string) {
    this.#limits = { ...limits, concurrent: 1 }
    this.#detail = detail
  }

  /** Runs `task` when all that came before it in the line `key` are done. @throws problem 503 when too many wait */
  async run<T>(key: string, task: () => Promise<T>): Promise<T> {
    const line = this.#lines.get(key) ?? new Bulkhead(this.#limits, this.#detail)
    this.#lines.set(key, line)
    try {
      return await line.run(task)
    } finally {
      if (line.isIdle) this.#lines.delete(key)
    }
  }
}
