import { randomUUID } from 'node:crypto'
import { availableParallelism } from 'node:os'
import { Bulkhead, type Logger } from '@wardstone/service'
import { BUSY } from '../errors.ts'
import { hashPassword, isAffordable, isOutdated, verifyPassword } from './argon2id.ts'

/** Each hash takes a processor for milliseconds and 19 MiB. One processor is left to answer requests. */
const LIMITS = {
  concurrent: Math.max(1, Math.min(2, availableParallelism() - 1)),
  waiting: 32,
  patienceMs: 1_000,
}

let tried: Promise<string> | undefined

/**
 * Tries the native library before anybody depends on it: a broken one must stop the boot. Once a
 * process, of which there is one service.
 * @returns the hash of a password that nobody has
 */
async function tryLibrary(): Promise<string> {
  const password = randomUUID()
  const dummy = await hashPassword(password)
  const right = await verifyPassword(password, dummy)
  const wrong = await verifyPassword(randomUUID(), dummy)
  if (!right || wrong) throw new Error('argon2id does not work on this machine.')
  return dummy
}

/** Hashes and checks passwords, each in its turn. */
export class Passwords {
  readonly #hashing = new Bulkhead(LIMITS, BUSY)
  readonly #dummy: string
  readonly #logger: Logger

  private constructor(dummy: string, logger: Logger) {
    this.#dummy = dummy
    this.#logger = logger
  }

  static async create(logger: Logger): Promise<Passwords> {
    tried ??= tryLibrary()
    return new Passwords(await tried, logger)
  }

  hash(password: string): Promise<string> {
    return this.#hashing.run(() => hashPassword(password))
  }

  /** False without a stored hash too, after the same work, so that time does not tell who exists. */
  async verify(password: string, stored: string | undefined): Promise<boolean> {
    const usable = stored !== undefined && isAffordable(stored)
    if (stored !== undefined && !usable) this.#logger.error({}, 'stored password hash refused')
    const right = await this.#hashing.run(() =>
      verifyPassword(password, usable ? stored : this.#dummy),
    )
    return right && usable
  }

  /** A hash with today's parameters, when `stored` has others and there is time for it. */
  async renew(password: string, stored: string): Promise<string | undefined> {
    if (!isOutdated(stored)) return undefined
    return this.hash(password).catch(() => undefined)
  }
}
