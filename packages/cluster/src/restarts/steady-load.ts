import { setTimeout as sleep } from 'node:timers/promises'
import { DEMO_HOSPITALS, type DemoHospital } from '../demo/hospitals.ts'
import { DEMO_PASSWORD, demoUsername } from '../demo/load-accounts.ts'

/** What the requests of a time came to. */
export interface LoadResult {
  requests: number
  /** A line for each that failed: what was asked, and what came of it. */
  failures: string[]
  /** Milliseconds, ascending. */
  times: number[]
}

const READS = [
  '/api/patients?limit=20',
  '/api/auth/profile',
  '/api/doctors?limit=5',
  '/api/appointments/today',
  '/api/audit/events?limit=2',
]
const NEWCOMER = {
  first_name: 'Amina',
  last_name: 'Okafor',
  date_of_birth: '1984-05-17',
  confirm_duplicate: true,
}
const TICK_MS = 5

/**
 * So many requests a second of a demo hospital's administrator, to every service, whether the earlier
 * ones have been answered or not: one that is slow must not hide those that would have come meanwhile.
 */
export class SteadyLoad {
  readonly #url: string
  readonly #headers: Record<string, string>
  readonly #underWay = new Set<Promise<void>>()
  readonly #running: Promise<void>
  #result: LoadResult = { requests: 0, failures: [], times: [] }
  #stopped = false

  private constructor(url: string, token: string, rate: number) {
    this.#url = url
    this.#headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' }
    this.#running = this.#run(rate)
  }

  /** Signs in at `url` and begins. */
  static async start(url: string, rate: number): Promise<SteadyLoad> {
    const username = demoUsername('admin', DEMO_HOSPITALS[0] as DemoHospital)
    const answer = await fetch(`${url}/api/auth/login`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ username, password: DEMO_PASSWORD }),
    })
    if (!answer.ok) throw new Error(`${username} could not sign in: ${await answer.text()}`)
    const { access_token } = (await answer.json()) as { access_token: string }
    return new SteadyLoad(url, access_token, rate)
  }

  /** What came of the requests that were answered since the last time. */
  take(): LoadResult {
    const result = this.#result
    this.#result = { requests: 0, failures: [], times: [] }
    result.times.sort((a, b) => a - b)
    return result
  }

  /** Ends, once all is answered. */
  async stop(): Promise<void> {
    this.#stopped = true
    await this.#running
    await Promise.all(this.#underWay)
  }

  async #run(rate: number): Promise<void> {
    const started = performance.now()
    for (let sent = 0; !this.#stopped; ) {
      const due = ((performance.now() - started) / 1000) * rate
      for (; sent < due; sent += 1) this.#send(sent)
      await sleep(TICK_MS)
    }
  }

  #send(turn: number): void {
    const path = READS[turn % (READS.length + 1)]
    const asked = path === undefined ? this.#ask('POST', '/api/patients') : this.#ask('GET', path)
    const done = asked.finally(() => this.#underWay.delete(done))
    this.#underWay.add(done)
  }

  async #ask(method: string, path: string): Promise<void> {
    const started = performance.now()
    const failure = await this.#failureOf(method, path)
    this.#result.requests += 1
    this.#result.times.push(performance.now() - started)
    if (failure) this.#result.failures.push(`${method} ${path}: ${failure}`)
  }

  async #failureOf(method: string, path: string): Promise<string | undefined> {
    try {
      const answer = await fetch(this.#url + path, {
        method,
        headers: this.#headers,
        ...(method === 'POST' && { body: JSON.stringify(NEWCOMER) }),
      })
      const text = await answer.text()
      return answer.ok ? undefined : `${answer.status} ${text.slice(0, 200)}`
    } catch (error) {
      const { message, cause } = error as Error
      return cause instanceof Error ? `${message}: ${cause.message}` : message
    }
  }
}
