import type { Logger } from '@wardstone/service'
import {
  type PublishedKey,
  publishedKeys,
  type TokenRules,
  type Verify,
  verifierFor,
} from './key-set.ts'

interface KeysOptions extends TokenRules {
  /** Fetches the JWKS document from its one fixed place. */
  fetch: () => Promise<unknown>
  logger: Logger
  /** How often keys are looked at anyway: bounds how long a withdrawn key is believed. */
  refreshMs?: number
  /** How often an unknown key id may cause a look, so that made-up ids cannot flood the auth service. */
  unknownKidMs?: number
}

const RETRY_MS = 1000

/**
 * The keys that sign access tokens, as the auth service publishes them. Each document replaces the
 * whole set; while the service is away the last set stays.
 */
export class Keys {
  readonly #options: Required<KeysOptions>
  #published: readonly PublishedKey[] | undefined
  #verifiers: ReadonlyMap<string, Verify> = new Map()
  #pending: Promise<void> | undefined
  #nextLook = 0
  #timer: NodeJS.Timeout | undefined
  #stopped = false
  #onChange = () => {}

  constructor(options: KeysOptions) {
    this.#options = { refreshMs: 15_000, unknownKidMs: 30_000, ...options }
  }

  /** The set as it may be shown to anybody; undefined while none was ever fetched. */
  get published(): readonly PublishedKey[] | undefined {
    return this.#published
  }

  /** Calls `listener` when the set changed. */
  onChange(listener: () => void): void {
    this.#onChange = listener
  }

  find(kid: string): Verify | undefined {
    return this.#verifiers.get(kid)
  }

  /** Looks whether an unknown `kid` has been published since; at most one look per cooldown, shared by all who wait. */
  async findNew(kid: string): Promise<Verify | undefined> {
    if (this.#pending === undefined && Date.now() >= this.#nextLook) {
      this.#nextLook = Date.now() + this.#options.unknownKidMs
      await this.refresh()
    } else {
      await this.#pending
    }
    return this.find(kid)
  }

  /** Fetches the set; failing leaves it as it was. */
  refresh(): Promise<void> {
    this.#pending ??= this.#load().finally(() => {
      this.#pending = undefined
    })
    return this.#pending
  }

  /** Begins to look every now and then; resolves after the first look. */
  async start(): Promise<void> {
    const again = async () => {
      await this.refresh()
      if (this.#stopped) return
      const wait = this.#published === undefined ? RETRY_MS : this.#options.refreshMs
      this.#timer = setTimeout(again, wait).unref()
    }
    await again()
  }

  stop(): void {
    this.#stopped = true
    clearTimeout(this.#timer)
  }

  async #load(): Promise<void> {
    const { fetch, logger } = this.#options
    try {
      this.#replace(publishedKeys(await fetch()))
    } catch (err) {
      this.#nextLook = Math.min(this.#nextLook, Date.now() + RETRY_MS)
      logger.warn({ err }, 'signing keys not fetched')
    }
  }

  #replace(keys: PublishedKey[]): void {
    if (JSON.stringify(keys) === JSON.stringify(this.#published)) return
    this.#verifiers = new Map(keys.map((key) => [key.kid, verifierFor(key, this.#options)]))
    this.#published = keys
    this.#options.logger.info({ kids: keys.map(({ kid }) => kid) }, 'signing keys replaced')
    this.#onChange()
  }
}
