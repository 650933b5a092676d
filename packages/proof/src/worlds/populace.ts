import { setTimeout as sleep } from 'node:timers/promises'
import type { World } from '@wardstone/cluster/testing'
import type { Role } from '@wardstone/contracts'
import { ask } from '../ask.ts'
import { PASSWORD, SIGNERS } from '../generate/known-fields.ts'
import type { Caller } from '../generate/requests.ts'
import { CITY, type Hospital } from '../hospitals.ts'
import { addPerson, MEMBER_ROLES, type Person, tokenOf } from '../people.ts'

const TOKEN_MS = 300_000

interface Signed {
  token: string
  at: number
}

interface Standing {
  account_id: string
  version: number
  is_over: boolean
}

/**
 * The people of a hospital in one world, with ids that are the same in each. What their requests do to
 * those who ask (a session ends, a role changes) is mended before the next one asks.
 */
export class Populace {
  readonly #world: World
  readonly #hospital: Hospital
  readonly #people = new Map<Caller, Person>()
  readonly #versions = new Map<string, number>()
  readonly #tokens = new Map<Caller, Signed>()
  #ids = 0

  private constructor(world: World, hospital: Hospital) {
    this.#world = world
    this.#hospital = hospital
  }

  static async settle(world: World, hospital: Hospital): Promise<Populace> {
    const populace = new Populace(world, hospital)
    for (const role of MEMBER_ROLES) populace.#people.set(role, await populace.#add(role, role))
    populace.#people.set('ended', await populace.#add('ended', 'nurse'))
    for (const [index, name] of SIGNERS.entries()) {
      const role = MEMBER_ROLES[index % MEMBER_ROLES.length] ?? 'staff'
      await populace.#add(name.replace(`_${CITY.slug}`, ''), role)
    }
    await populace.#add('waiting', 'staff', 'pending')
    await populace.#givePasswords()
    await populace.#endSession()
    return populace
  }

  /** Everybody's id and name. */
  get everybody(): Person[] {
    return [...this.#people.values()]
  }

  /** The access token of a caller; undefined for nobody. */
  tokenOf(caller: Caller): string | undefined {
    const person = this.#people.get(caller)
    if (!person) return undefined
    const kept = this.#tokens.get(caller)
    if (kept && Date.now() - kept.at < TOKEN_MS) return kept.token
    const membership_version = this.#versions.get(person.account_id) ?? 1
    const token = tokenOf(this.#world, person, { membership_version })
    this.#tokens.set(caller, { token, at: Date.now() })
    return token
  }

  /** Gives the callers their roles and passwords back, and new sessions to those whose are over. */
  async heal(): Promise<void> {
    const callers = [...this.#people].filter(([caller]) => caller !== 'ended')
    const people = callers.map(([, person]) => person)
    const standings = await this.#world.sql<Standing>(
      'auth',
      `with caller as (
        select * from unnest($2::uuid[], $3::uuid[], $4::text[]) as caller (account_id, session_id, role)
      ), healed as (
        update membership set role = caller.role, status = 'active' from caller
        where membership.hospital_id = $1 and membership.account_id = caller.account_id
          and (membership.role, membership.status) is distinct from (caller.role, 'active')
      ), reminded as (
        update account set password_hash = first.password_hash from caller, account as first
        where account.id = caller.account_id and first.username = $5
          and account.password_hash <> first.password_hash
      )
      select membership.account_id, membership.version, session.ended_at is not null as is_over
        from caller join membership using (account_id)
        join session on session.hospital_id = $1 and session.id = caller.session_id
        where membership.hospital_id = $1`,
      [
        this.#hospital.id,
        people.map(({ account_id }) => account_id),
        people.map(({ session_id }) => session_id),
        people.map(({ role }) => role),
        this.#first,
      ],
    )
    for (const [caller, person] of callers) {
      const standing = standings.find(({ account_id }) => account_id === person.account_id)
      if (standing) await this.#healOne(caller, person, standing)
    }
  }

  async #healOne(caller: Caller, person: Person, { version, is_over }: Standing): Promise<void> {
    if (!is_over && version === (this.#versions.get(person.account_id) ?? 1)) return
    this.#tokens.delete(caller)
    this.#versions.set(person.account_id, version)
    if (!is_over) return
    person.session_id = this.#nextId()
    await this.#world.sql(
      'auth',
      `insert into session (hospital_id, id, account_id, ip, expires_at)
        values ($1, $2, $3, '127.0.0.1', now() + interval '1 day')`,
      [this.#hospital.id, person.session_id, person.account_id],
    )
  }

  #add(name: string, role: Role, status = 'active'): Promise<Person> {
    return addPerson(this.#world, this.#hospital, role, {
      username: `${name}_${this.#hospital.slug}`,
      status,
      account_id: this.#nextId(),
      session_id: this.#nextId(),
    })
  }

  /** The hospital's own ids, in the order of time, as the services make theirs. */
  #nextId(): string {
    this.#ids += 1
    return `${this.#hospital.id.slice(0, -12)}${this.#hospital.id.slice(-4)}${String(this.#ids).padStart(8, '0')}`
  }

  get #first(): string {
    return `first_${this.#hospital.slug}`
  }

  /** One registers, and all get that one's hash: hashing is slow by design. */
  async #givePasswords(): Promise<void> {
    const answer = await ask(`${this.#world.url}/api/auth/register`, {
      method: 'POST',
      body: {
        username: this.#first,
        email: `${this.#first}@example.org`,
        password: PASSWORD,
        first_name: 'First',
        last_name: 'Person',
        hospital_id: this.#hospital.id,
      },
    })
    if (answer.status !== 201) throw new Error(`Nobody can register: ${answer.text}`)
    await this.#world.sql(
      'auth',
      `update account set password_hash = first.password_hash from account as first
        where first.username = $1 and account.password_hash = 'none'`,
      [this.#first],
    )
  }

  async #endSession(): Promise<void> {
    const token = this.tokenOf('ended') as string
    await ask(`${this.#world.url}/api/auth/logout`, { method: 'POST', token })
    const end = Date.now() + 30_000
    while ((await ask(`${this.#world.url}/api/auth/profile`, { token })).status !== 401) {
      if (Date.now() > end) throw new Error('A session does not end.')
      await sleep(10)
    }
  }
}
