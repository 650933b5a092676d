import { LRUCache } from 'lru-cache'
import type { Tenant } from './tenant-database.ts'

/** What tells a process of changes that others made: `DomainNews` in packages/events. */
export interface News {
  /** False while something may have happened that was not heard. */
  readonly isHearing: boolean
  /** `changed` is called with the hospital of each change, `missed` when any of them may have changed. */
  listen(listener: { changed: (hospitalId: string) => void; missed: () => void }): void
}

/** Of how many hospitals something is kept, and for how long at most, should news be late. */
const LIMITS = { max: 1000, ttl: 10_000 }

/**
 * One thing that a process keeps of each hospital. It is kept until the hospital changes, here or in
 * another process, and shown only while changes elsewhere would be heard. What is read while the
 * hospital changes is answered, but not kept.
 */
export class HospitalCache<T extends object> {
  readonly #news: News
  readonly #kept: LRUCache<string, T>
  readonly #loading = new Map<string, Promise<T | undefined>>()

  constructor(news: News, limits = LIMITS) {
    this.#news = news
    this.#kept = new LRUCache(limits)
    news.listen({ changed: (id) => this.forget(id), missed: () => this.#forgetAll() })
  }

  /** What is kept of the tenant's hospital, else what `load` finds: once for all who ask meanwhile. */
  async get<DB>(tenant: Tenant<DB>, load: () => Promise<T | undefined>): Promise<T | undefined> {
    if (!this.#news.isHearing) return load()
    const key = tenant.hospitalId
    return this.#kept.get(key) ?? this.#loading.get(key) ?? this.#load(key, load)
  }

  /** To be called after each change of a hospital that this process made, or may have made. */
  forget(hospitalId: string): void {
    this.#kept.delete(hospitalId)
    this.#loading.delete(hospitalId)
  }

  #forgetAll(): void {
    this.#kept.clear()
    this.#loading.clear()
  }

  async #load(key: string, load: () => Promise<T | undefined>): Promise<T | undefined> {
    const loading = load()
    this.#loading.set(key, loading)
    // Forgotten meanwhile, it may be of before the change.
    const isOurs = () => this.#loading.get(key) === loading
    try {
      const found = await loading
      if (found && isOurs()) this.#kept.set(key, Object.freeze(found))
      return found
    } finally {
      if (isOurs()) this.#loading.delete(key)
    }
  }
}
