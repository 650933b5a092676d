import { type Kysely, sql } from 'kysely'
import type { Database } from '../database/schema.ts'
import type { Counter, CounterName } from './counters.ts'

const WINDOW = sql`interval '15 minutes'`
const KNOWN_FOR = sql`interval '90 days'`
const MOST_REMOVED = 10_000

const isOn = sql`throttle.expires_at > now()`
const windowEnd = sql`case when ${isOn} then throttle.expires_at else now() + ${WINDOW} end`
const failures = sql`case when ${isOn} then throttle.failures else 0 end`
const trying = sql`case when ${isOn} then throttle.trying else 0 end`

/** How a counter that decides about a try stands. */
export interface Standing {
  name: CounterName
  key: Buffer
  most: number
  failures: number
  /** How many are being tried now, this one among them; 0 when this one was not let in. */
  trying: number
  /** Until the window is over. */
  seconds: number
}

/**
 * Counts failed passwords, before anybody is known and so in no hospital. A window begins with its
 * first try and lasts 15 minutes.
 */
export class SystemThrottleRepository {
  readonly #db: Kysely<Database>

  constructor(db: Kysely<Database>) {
    this.#db = db
  }

  /**
   * Enters a try under the counters that decide about it, unless one of them is full: on a device
   * that is known the pair alone decides. Whoever was entered is taken out by one of the others.
   */
  async enter({ account, address, pair }: Record<CounterName, Counter>): Promise<Standing[]> {
    const asked = [account, address, pair]
    const { rows } = await sql<Standing>`
      with asked as (
        select * from unnest(${asked.map(({ name }) => name)}::text[],
          ${asked.map(({ key }) => key)}::bytea[], ${asked.map(({ most }) => most)}::integer[]
        ) as asked (name, key, most)
      ), deciding as (
        select * from asked where key = ${pair.key} or not exists (
          select from known_device where key = ${pair.key} and expires_at > now())
      ), filled as (
        select key, failures, 0 as trying, expires_at from throttle join deciding using (key)
        where failures >= most and ${isOn}
      ), entered as (
        insert into throttle (key, trying, expires_at)
        select key, 1, now() + ${WINDOW} from deciding
        where not exists (select from filled) order by key
        on conflict (key) do update set
          failures = ${failures}, trying = ${trying} + 1, expires_at = ${windowEnd}
        returning key, failures, trying, expires_at
      )
      select deciding.name, deciding.key, deciding.most, standing.failures, standing.trying,
        ceil(extract(epoch from standing.expires_at - now()))::integer as seconds
      from (select * from filled union all select * from entered) as standing
      join deciding using (key) order by deciding.name`.execute(this.#db)
    return rows
  }

  /** The password was wrong. Tells which counters this try has filled. */
  async fail(counters: readonly Counter[]): Promise<CounterName[]> {
    const { rows } = await sql<{ key: Buffer; failures: number }>`
      with mine as (${this.#locked(counters)})
      update throttle set failures = ${failures} + 1, trying = greatest(trying - 1, 0),
        expires_at = ${windowEnd}
      from mine where throttle.key = mine.key
      returning throttle.key, throttle.failures`.execute(this.#db)
    const full = counters.filter(({ key, most }) =>
      rows.some((row) => row.key.equals(key) && row.failures === most),
    )
    return full.map(({ name }) => name)
  }

  /** The password was right: the pair starts anew, and its device is known for 90 days. */
  async succeed(counters: readonly Counter[], pair: Counter): Promise<void> {
    await sql`
      with mine as (${this.#locked(counters)}), settled as (
        update throttle set trying = greatest(trying - 1, 0),
          failures = case when throttle.key = ${pair.key} then 0 else failures end
        from mine where throttle.key = mine.key
      )
      insert into known_device (key, expires_at) values (${pair.key}, now() + ${KNOWN_FOR})
      on conflict (key) do update set expires_at = excluded.expires_at`.execute(this.#db)
  }

  /** The password was not looked at. */
  async withdraw(counters: readonly Counter[]): Promise<void> {
    await sql`
      with mine as (${this.#locked(counters)})
      update throttle set trying = greatest(trying - 1, 0)
      from mine where throttle.key = mine.key`.execute(this.#db)
  }

  /** Removes windows and devices whose time is over. */
  async removeOld(): Promise<void> {
    for (const table of ['throttle', 'known_device'] as const) {
      let removed = MOST_REMOVED
      while (removed === MOST_REMOVED) {
        const old = this.#db
          .selectFrom(table)
          .where('expires_at', '<', sql<string>`now()`)
          .select('key')
          .limit(MOST_REMOVED)
        const result = await this.#db.deleteFrom(table).where('key', 'in', old).executeTakeFirst()
        removed = Number(result.numDeletedRows)
      }
    }
  }

  /** Always in the same order, so that tries which share counters never wait for each other in a circle. */
  #locked(counters: readonly Counter[]) {
    return sql`select key from throttle
      where key = any(${counters.map(({ key }) => key)}::bytea[]) order by key for update`
  }
}
