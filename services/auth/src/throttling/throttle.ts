import type { AuditEvent } from '@wardstone/contracts'
import { Bulkhead } from '@wardstone/service'
import { BUSY, busy, tooManyFailures } from '../errors.ts'
import { type Counter, type CounterName, Counters } from './counters.ts'
import { throttled } from './events.ts'
import type { Standing, SystemThrottleRepository } from './system-repository.ts'

/**
 * The tries that PostgreSQL is asked about at once are fewer than any counter takes, so that a person
 * with many clients waits for oneself. A crowd that waits longer is sent away before it is asked.
 */
const TRIES = { concurrent: 4, waiting: 32, patienceMs: 1_000 }

export interface ThrottleOptions {
  failures: SystemThrottleRepository
  secret: string
  recordAudit: (event: AuditEvent) => Promise<void>
}

/** Stops whoever enters too many wrong passwords, before any password is looked at. */
export class Throttle {
  readonly #options: ThrottleOptions
  readonly #counters: Counters
  readonly #tries = new Bulkhead(TRIES, BUSY)

  constructor(options: ThrottleOptions) {
    this.#options = options
    this.#counters = new Counters(options.secret)
  }

  /**
   * Lets `work` try a password for `username`. What it does not settle, because it could not look at
   * the password, does not count.
   * @throws problem 429 when too many failed before, 503 while as many as may fail, or as many as the
   * service can do at once, are being tried
   */
  guard<T>(username: string, ip: string, work: (attempt: Attempt) => Promise<T>): Promise<T> {
    return this.#tries.run(async () => {
      const attempt = await this.#enter(username, ip)
      return work(attempt).finally(() => attempt.leave())
    })
  }

  async #enter(username: string, ip: string): Promise<Attempt> {
    const { failures } = this.#options
    const counters = this.#counters.of(username, ip)
    const standings = await failures.enter(counters)
    const entered = standings.filter(({ trying }) => trying > 0)
    const attempt = new Attempt(this.#options, entered, counters.pair)
    if (standings.every(hasRoom)) {
      return attempt
    }
    await attempt.leave()
    throw refusalOf(standings)
  }
}

/** One try of a password, under the counters that decide about it. */
export class Attempt {
  readonly #options: ThrottleOptions
  readonly #counters: readonly Counter[]
  readonly #pair: Counter
  #isSettled = false

  constructor(options: ThrottleOptions, counters: readonly Counter[], pair: Counter) {
    this.#options = options
    this.#counters = counters
    this.#pair = pair
  }

  /**
   * The password was wrong: puts `failure` on record, and every counter that refuses from now on.
   * @param home the hospital whose account it is, if that is not where the failure was
   */
  async failed(failure: AuditEvent, home = failure.hospital_id): Promise<void> {
    const { failures, recordAudit } = this.#options
    const full = await failures.fail(this.#counters)
    this.#isSettled = true
    const events = [
      failure,
      ...full.map((name: CounterName) => throttled({ ...failure, hospital_id: home }, name)),
    ]
    await Promise.all(events.map(recordAudit))
  }

  /** The password was right. */
  async succeeded(): Promise<void> {
    await this.#options.failures.succeed(this.#counters, this.#pair)
    this.#isSettled = true
  }

  /** Without PostgreSQL it counts as being tried until the window is over. */
  async leave(): Promise<void> {
    if (this.#isSettled || this.#counters.length === 0) return
    this.#isSettled = true
    await this.#options.failures.withdraw(this.#counters).catch(() => undefined)
  }
}

/** Told by the window that lasts longest; the same for a name that nobody has. */
function refusalOf(standings: readonly Standing[]): Error {
  const [longest] = standings
    .filter(({ failures, most }) => failures >= most)
    .sort((one, other) => other.seconds - one.seconds)
  return longest ? tooManyFailures(longest.most, longest.seconds) : busy()
}

/** The try was let in, and would not be one too many if it and all the others failed. */
function hasRoom({ failures, trying, most }: Standing): boolean {
  return trying > 0 && failures + trying <= most
}
