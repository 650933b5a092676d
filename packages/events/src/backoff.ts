/** Milliseconds to wait before attempt `attempt` (1, 2, …): doubles up to `most`, half of it random. */
export function backoff(attempt: number, least: number, most: number): number {
  const full = Math.min(most, least * 2 ** Math.min(attempt - 1, 20))
  return Math.round(full / 2 + (Math.random() * full) / 2)
}

/** A sleep that `wake` ends early; waking while nobody sleeps makes the next sleep end at once. */
export class Sleeper {
  #woken = false
  #end: (() => void) | undefined

  sleep(milliseconds: number): Promise<void> {
    if (this.#woken) {
      this.#woken = false
      return Promise.resolve()
    }
    return new Promise((resolve) => {
      const timer = setTimeout(() => this.#end?.(), milliseconds)
      this.#end = () => {
        clearTimeout(timer)
        this.#end = undefined
        this.#woken = false
        resolve()
      }
    })
  }

  wake(): void {
    this.#woken = true
    this.#end?.()
  }
}
