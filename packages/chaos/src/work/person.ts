import { setTimeout as sleep } from 'node:timers/promises'
import type { Random } from '@wardstone/cluster'
import type { Ask, Client } from './client.ts'
import { type Call, isUnsure } from './history.ts'
import type { Own } from './records.ts'

interface PersonOptions {
  client: Client
  platform: Client
  guest: Client
  random: Random
  /** Tells people apart. */
  number: number
  role: string
  doctors: readonly string[]
}

const AGAIN_MS = 400
/** As long as something is not answered, it is tried again with its key. */
const GIVE_UP_MS = 120_000
const UNDER_WAY = 'idempotency_in_progress'

/** Somebody who works at a hospital, one thing after the other, on records of their own. */
export class Person {
  readonly client: Client
  /** The same person's terminal as the platform's administrator, whose events are in no hospital's chain. */
  readonly platform: Client
  /** The same person at another terminal, where they stay for a moment only. */
  readonly guest: Client
  readonly random: Random
  readonly number: number
  readonly role: string
  readonly doctors: readonly string[]
  readonly patients: Own[] = []
  readonly appointments: Own[] = []
  readonly departments: Own[] = []
  /** Tokens of sessions that were ended. */
  readonly deadTokens: string[] = []
  #made = 0

  constructor({ client, platform, guest, random, number, role, doctors }: PersonOptions) {
    this.client = client
    this.platform = platform
    this.guest = guest
    this.random = random
    this.number = number
    this.role = role
    this.doctors = doctors
  }

  /** A number that this person has not used, and nobody else uses. */
  next(): { count: number; mark: string } {
    this.#made += 1
    return { count: this.#made, mark: `M${this.number}x${this.#made}` }
  }

  /** Creates something once: whatever happens, it is asked for with the same key until it is answered. */
  async once(ask: Ask): Promise<Call> {
    const headers = { 'idempotency-key': crypto.randomUUID() }
    const started = Date.now()
    for (;;) {
      const call = await this.client.ask({ ...ask, headers })
      const isOpen = isUnsure(call) || call.status === 401 || call.code === UNDER_WAY
      if (!isOpen || Date.now() - started > GIVE_UP_MS) return call
      await sleep(AGAIN_MS)
    }
  }

  /** Changes `own` as it was last heard of; who is not sure what became of it looks. */
  async change(own: Own, ask: Ask, look: Ask): Promise<Call> {
    const headers = { 'if-match': `"${own.version}"` }
    const call = await this.client.ask({ ...ask, headers })
    if (call.shown) own.version = call.shown.version
    else if (isUnsure(call) || call.status === 412) {
      own.isUnsure = true
      await this.see(own, look)
    }
    return call
  }

  /** Looks at `own`. */
  async see(own: Own, look: Ask): Promise<void> {
    const { shown } = await this.client.ask(look)
    if (!shown) return
    own.isUnsure = false
    own.version = shown.version
    own.isOver = /inactive|cancelled/.test(shown.value)
  }
}
