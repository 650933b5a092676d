import { createHash } from 'node:crypto'

/** Numbers that look random and are the same for the same seed (mulberry32). */
export class Random {
  #state: number

  constructor(seed: string) {
    this.#state = createHash('sha256').update(seed).digest().readUInt32LE()
  }

  /** From 0 to below 1. */
  next(): number {
    this.#state = (this.#state + 0x6d2b79f5) | 0
    let mixed = Math.imul(this.#state ^ (this.#state >>> 15), 1 | this.#state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296
  }

  /** A whole number from 0 to below `limit`. */
  below(limit: number): number {
    return Math.floor(this.next() * limit)
  }

  /** True in `share` of all cases. */
  chance(share: number): boolean {
    return this.next() < share
  }

  /** One of them. */
  pick<T>(items: readonly [T, ...T[]]): T {
    return items[this.below(items.length)] ?? items[0]
  }

  /** This many digits. */
  digits(count: number): string {
    return Array.from({ length: count }, () => this.below(10)).join('')
  }
}

/** The same UUID for the same words (version 8 of RFC 9562: our own way of making it). */
export function uuidOf(words: string): string {
  const bytes = createHash('sha256').update(`wardstone demo ${words}`).digest().subarray(0, 16)
  bytes[6] = ((bytes[6] ?? 0) & 0x0f) | 0x80
  bytes[8] = ((bytes[8] ?? 0) & 0x3f) | 0x80
  return uuidText(bytes.toString('hex'))
}

/** A UUID whose order is that of `order`, as ids made at one time after the other are. */
export function orderedUuid(order: number, random: Random): string {
  const hex = (value: number, length: number) => value.toString(16).padStart(length, '0')
  const word = () => hex(random.below(0x1_0000), 4)
  return uuidText(
    `${hex(order, 12)}7${hex(random.below(0x1000), 3)}${hex(0x8000 | random.below(0x4000), 4)}${word()}${word()}${word()}`,
  )
}

function uuidText(hex: string): string {
  return [
    hex.slice(0, 8),
    hex.slice(8, 12),
    hex.slice(12, 16),
    hex.slice(16, 20),
    hex.slice(20),
  ].join('-')
}
