import { backoff } from './backoff.ts'

const MOST_LISTED = 1000

/** Rows that failed while others went through: they wait, ever longer, and hold up nobody. */
export class HeldRows {
  readonly #rows = new Map<string, { attempts: number; until: number }>()

  hold(id: string): number {
    const attempts = (this.#rows.get(id)?.attempts ?? 0) + 1
    this.#rows.set(id, { attempts, until: Date.now() + backoff(attempts, 1000, 60_000) })
    return attempts
  }

  release(id: string): void {
    this.#rows.delete(id)
  }

  /** The rows whose time has not come. */
  waiting(): string[] {
    const now = Date.now()
    const ids: string[] = []
    for (const [id, { until }] of this.#rows) {
      if (until > now && ids.length < MOST_LISTED) ids.push(id)
    }
    return ids
  }
}
