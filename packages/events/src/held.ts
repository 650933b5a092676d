import { backoff } from './backoff.ts'

const MOST_LISTED = 1000

/** Who failed while others went through: they wait, ever longer, and hold up nobody else. */
export class Held {
  readonly #ids = new Map<string, { attempts: number; until: number }>()

  /** Makes `id` wait; returns how often it has failed by now. */
  hold(id: string): number {
    const attempts = (this.#ids.get(id)?.attempts ?? 0) + 1
    this.#ids.set(id, { attempts, until: Date.now() + backoff(attempts, 1000, 60_000) })
    return attempts
  }

  release(id: string): void {
    this.#ids.delete(id)
  }

  /** Those whose time has not come. */
  waiting(): string[] {
    const now = Date.now()
    const ids: string[] = []
    for (const [id, { until }] of this.#ids) {
      if (until > now && ids.length < MOST_LISTED) ids.push(id)
    }
    return ids
  }
}
