import { setTimeout as sleep } from 'node:timers/promises'
import { demoUsername, Random } from '@wardstone/cluster'
import * as appointments from './appointments.ts'
import { Client } from './client.ts'
import { workOnDepartment } from './departments.ts'
import type { Call, Clock } from './history.ts'
import { PLACES, PLATFORM, type Place } from './hospitals.ts'
import * as patients from './patients.ts'
import { Person } from './person.ts'
import * as refusals from './refusals.ts'
import { comeAndGo } from './sessions.ts'

interface WorkloadOptions {
  url: string
  seed: number
  /** How many work at once; more than one at each hospital. */
  people: number
  /** Milliseconds between two things that one person does, on average. */
  pause: number
  clock: Clock
  /** Of each hospital, by its id. */
  doctors: ReadonlyMap<string, readonly string[]>
}

const ROLES = ['receptionist', 'admin', 'nurse'] as const

/** What people do, and how often. */
const WORK: readonly [weight: number, (person: Person) => Promise<unknown>][] = [
  [8, patients.createPatient],
  [10, patients.readPatient],
  [8, patients.updatePatient],
  [4, patients.switchPatient],
  [3, patients.listPatients],
  [4, patients.searchPatients],
  [2, patients.countPatients],
  [6, appointments.bookAppointment],
  [4, appointments.readAppointment],
  [4, appointments.moveAppointment],
  [2, appointments.cancelAppointment],
  [3, appointments.listAppointments],
  [2, refusals.readUnknown],
  [2, refusals.readAudit],
  [3, refusals.nameAnother],
  [1, ({ client }) => client.signIn()],
  [1, ({ platform }) => platform.signIn()],
  [1, comeAndGo],
  [5, workOnDepartment],
]
const WHOLE = WORK.reduce((sum, [weight]) => sum + weight, 0)

/** People of several hospitals at work, who go on whatever happens. */
export class Workload {
  readonly history: Call[] = []
  readonly #options: WorkloadOptions
  readonly #people: Person[]
  #working: Promise<unknown> = Promise.resolve()
  #signingIn: Promise<unknown> = Promise.resolve()
  #isOver = false

  constructor(options: WorkloadOptions) {
    this.#options = options
    this.#people = Array.from({ length: options.people }, (_, number) => this.#person(number))
  }

  /** Tokens of sessions that were ended. */
  get deadTokens(): string[] {
    return this.#people.flatMap((person) => person.deadTokens)
  }

  start(): void {
    this.#working = Promise.all(this.#people.map((person) => this.#work(person)))
  }

  /** Resolves when everybody has finished what they were at; what has a key has been answered then. */
  async finish(): Promise<void> {
    this.#isOver = true
    await this.#working
  }

  #person(number: number): Person {
    const { seed, doctors } = this.#options
    const place = PLACES[number % PLACES.length] as Place
    const role = ROLES[Math.floor(number / PLACES.length) % ROLES.length] as (typeof ROLES)[number]
    return new Person({
      client: this.#client(place, demoUsername(role, place)),
      platform: this.#client(PLATFORM, 'platform_admin'),
      guest: this.#client(place, demoUsername(role, place)),
      random: new Random(`person ${seed} ${number}`),
      number,
      role,
      doctors: doctors.get(place.id) ?? [],
    })
  }

  #client(place: Place, username: string): Client {
    const { url, clock } = this.#options
    const inTurn = <T>(work: () => Promise<T>): Promise<T> => {
      const turn = this.#signingIn.then(work)
      this.#signingIn = turn.catch(() => undefined)
      return turn
    }
    return new Client({ url, place, username, clock, history: this.history, inTurn })
  }

  async #work(person: Person): Promise<void> {
    const { pause } = this.#options
    while (!this.#isOver && (await person.client.signIn()).status !== 200) await sleep(pause)
    while (!this.#isOver) {
      await sleep(person.random.next() * 2 * pause)
      if (!this.#isOver) await chosen(person)(person)
    }
  }
}

function chosen({ random }: Person) {
  let at = random.next() * WHOLE
  for (const [weight, work] of WORK) {
    at -= weight
    if (at < 0) return work
  }
  return patients.listPatients
}
