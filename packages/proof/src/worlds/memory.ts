import { NOBODYS_ID } from '../hospitals.ts'
import type { FilledRequest } from './filled-request.ts'

/** A list that goes on: the request that gave its last page, and the cursor for the next. */
export interface OpenList {
  request: FilledRequest
  cursor: string
}

/** Enough to choose from, and recent. */
const KEPT = 60
const ANY = ''

/** Of these only the last use counts, so that no answer depends on how long ago the one before was. */
const SPENT_BY_USE = ['refresh_token']

/** What the answers to one hospital in one world have shown: what later requests can be about. */
export class Memory {
  readonly #ids = new Map<string, string[]>()
  readonly #words = new Map<string, string[]>()
  readonly #versions = new Map<string, number>()
  readonly #lists: OpenList[] = []

  id(collection: string, index: number): string {
    const ids = this.#ids.get(collection) ?? this.#ids.get(ANY) ?? []
    return at(ids, index) ?? NOBODYS_ID
  }

  word(name: string, index: number): string {
    const words = this.#words.get(name) ?? []
    const word = at(words, index) ?? 'none-was-seen'
    if (SPENT_BY_USE.includes(name))
      this.#words.set(
        name,
        words.filter((each) => each !== word),
      )
    return word
  }

  /** The version that the record with the id in `path` was last seen at. */
  version(path: string): number {
    const id = path.split('/').findLast((part) => this.#versions.has(part))
    return (id && this.#versions.get(id)) || 1
  }

  list(index: number): OpenList | undefined {
    return at(this.#lists, index)
  }

  /** As `list`, but of those that not everybody may read. */
  privateList(index: number): OpenList | undefined {
    const lists = this.#lists.filter(({ request }) => request.operation.permission !== undefined)
    return at(lists, index)
  }

  /** Keeps what a good answer to `request` shows. */
  learn(request: FilledRequest, collection: string, answer: unknown): void {
    const { results, next_cursor } = Object(answer) as { results?: unknown; next_cursor?: unknown }
    for (const record of Array.isArray(results) ? results : [answer])
      this.#learnRecord(collection, record)
    this.#learnFields(answer)
    if (typeof next_cursor === 'string') push(this.#lists, { request, cursor: next_cursor })
  }

  learnId(collection: string, id: string): void {
    for (const key of new Set([collection, ANY])) {
      const ids = this.#ids.get(key) ?? []
      this.#ids.set(key, ids)
      if (!ids.includes(id)) push(ids, id)
    }
  }

  #learnRecord(collection: string, record: unknown): void {
    const { id, version } = Object(record) as { id?: unknown; version?: unknown }
    if (typeof id !== 'string') return
    this.learnId(collection, id)
    if (typeof version === 'number') this.#versions.set(id, version)
  }

  #learnFields(value: unknown): void {
    if (typeof value !== 'object' || value === null) return
    for (const [name, inner] of Object.entries(value)) {
      if (typeof inner !== 'string') this.#learnFields(inner)
      // A department has a code too, which invites nobody.
      else if (name === 'code' && !('expires_at' in value)) continue
      else if (/^(\w+_token|(invitation_)?code)$/.test(name)) this.#learnWord(name, inner)
    }
  }

  #learnWord(name: string, word: string): void {
    const key = name.endsWith('code') ? 'code' : name
    const words = this.#words.get(key) ?? []
    this.#words.set(key, words)
    push(words, word)
  }
}

function at<T>(items: readonly T[], index: number): T | undefined {
  return items[index % items.length]
}

function push<T>(items: T[], item: T): void {
  items.push(item)
  if (items.length > KEPT) items.shift()
}
