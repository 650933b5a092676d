import { LRUCache } from 'lru-cache'

/** How many requests at once, and how many a second in the long run. */
export interface Allowance {
  burst: number
  perSecond: number
}

interface Bucket {
  tokens: number
  at: number
}

const MAX_KEYS = 50_000

/** One bucket of tokens for each key; an unused one fills up and is forgotten. */
export class TokenBuckets {
  readonly allowance: Allowance
  readonly #buckets = new LRUCache<string, Bucket>({ max: MAX_KEYS })

  constructor(allowance: Allowance) {
    this.allowance = allowance
  }

  /** Takes a token of `key`. @returns 0, or the seconds to wait when there is none */
  take(key: string, now = Date.now()): number {
    const { burst, perSecond } = this.allowance
    const bucket = this.#buckets.get(key)
    if (bucket === undefined) {
      this.#buckets.set(key, { tokens: burst - 1, at: now })
      return 0
    }
    bucket.tokens = Math.min(burst, bucket.tokens + ((now - bucket.at) / 1000) * perSecond)
    bucket.at = now
    if (bucket.tokens < 1) return (1 - bucket.tokens) / perSecond
    bucket.tokens -= 1
    return 0
  }
}
