import { createHmac, hkdfSync } from 'node:crypto'
import { networkOf } from '@wardstone/service'
import { folded } from '../accounts/names.ts'

/** What failures are counted by: a person, a network, and the two together. */
export type CounterName = 'account' | 'address' | 'pair'

/** How many failures each takes in one window. */
const MOST: Record<CounterName, number> = { account: 10, address: 30, pair: 10 }

/** One counter that a try falls under. */
export interface Counter {
  name: CounterName
  key: Buffer
  most: number
}

/**
 * Finds the counters of a try. The database knows them by a keyed hash: neither it nor a copy of it
 * says whom or where from, and people type passwords into the field of the username.
 */
export class Counters {
  readonly #key: Buffer

  constructor(secret: string) {
    this.#key = Buffer.from(hkdfSync('sha256', secret, '', 'wardstone throttle', 32))
  }

  /** A name that nobody has counts like one that somebody has. */
  of(username: string, ip: string): Record<CounterName, Counter> {
    const name = folded(username)
    const network = networkOf(ip)
    return {
      account: this.#counter('account', [name]),
      address: this.#counter('address', [network]),
      pair: this.#counter('pair', [name, network]),
    }
  }

  #counter(name: CounterName, parts: readonly string[]): Counter {
    const text = JSON.stringify([name, ...parts])
    const key = createHmac('sha256', this.#key).update(text).digest()
    return { name, key, most: MOST[name] }
  }
}
