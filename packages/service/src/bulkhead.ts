import { problem } from './problem.ts'

/** How many tasks run at once, how many may wait for their turn, and how long. */
export interface BulkheadLimits {
  concurrent: number
  waiting: number
  patienceMs: number
}

interface Waiting {
  start: () => void
  impatient: NodeJS.Timeout
}

/**
 * Lets few tasks run at once, in the order they came, so that a crowd of one kind leaves room for all
 * else. A permit belongs to the task, not to the request: a client that goes away frees nothing.
 */
export class Bulkhead {
  readonly #limits: BulkheadLimits
  readonly #detail: string
  readonly #waiting = new Set<Waiting>()
  #running = 0

  /** @param detail what those who are sent away are told */
  constructor(limits: BulkheadLimits, detail: string) {
    this.#limits = limits
    this.#detail = detail
  }

  /** True while nobody runs and nobody waits. */
  get isIdle(): boolean {
    return this.#running === 0
  }

  /**
   * Runs `task` when it is its turn.
   * @throws problem 503 when too many wait, or it waited too long
   */
  async run<T>(task: () => Promise<T>): Promise<T> {
    if (this.#running < this.#limits.concurrent) this.#running += 1
    else await this.#turn()
    try {
      return await task()
    } finally {
      this.#next()
    }
  }

  #turn(): Promise<void> {
    const { waiting, patienceMs } = this.#limits
    if (this.#waiting.size >= waiting) throw this.#busy()
    return new Promise((resolve, reject) => {
      const impatient = setTimeout(() => {
        this.#waiting.delete(entry)
        reject(this.#busy())
      }, patienceMs)
      const entry: Waiting = { start: resolve, impatient }
      this.#waiting.add(entry)
    })
  }

  #busy() {
    return problem(503, 'unavailable', this.#detail, {}, { 'retry-after': '1' })
  }

  /** Hands the permit to whoever waits longest. */
  #next(): void {
    const [first] = this.#waiting
    if (!first) {
      this.#running -= 1
      return
    }
    this.#waiting.delete(first)
    clearTimeout(first.impatient)
    first.start()
  }
}
