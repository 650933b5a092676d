/** Remembers the request ids of the last `windowMs`, so that a caught identity token cannot repeat a write. */
export class ReplayGuard {
  readonly #windowMs: number
  #current = new Set<string>()
  #previous = new Set<string>()
  #turnedAt = Date.now()

  constructor(windowMs: number) {
    this.#windowMs = windowMs
  }

  /** True when `id` was asked about before within the window. */
  isReplay(id: string): boolean {
    const now = Date.now()
    if (now - this.#turnedAt >= this.#windowMs) {
      this.#previous = now - this.#turnedAt >= 2 * this.#windowMs ? new Set() : this.#current
      this.#current = new Set()
      this.#turnedAt = now
    }
    if (this.#current.has(id) || this.#previous.has(id)) return true
    this.#current.add(id)
    return false
  }
}
