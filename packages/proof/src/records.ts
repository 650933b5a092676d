import { randomUUID } from 'node:crypto'
import type { World } from '@wardstone/cluster/testing'
import { isGranted } from '@wardstone/contracts'
import { jsonOf } from './ask.ts'
import { BODIES, FITTING, idFor } from './bodies.ts'
import { CANARY_TEXTS, type Canaries } from './canaries.ts'
import type { Cast } from './cast.ts'
import type { Door } from './door.ts'
import { CITY, type Hospital, RIVERSIDE } from './hospitals.ts'
import { addKeyholder, type Keyholder } from './keyholder.ts'
import { namesIn, type Operation } from './operations.ts'
import { addPerson, type Person } from './people.ts'
import { RESOURCES } from './resources.ts'
import { choosesHospital, isId, type Sampling, sampleOf } from './sample.ts'

interface RecordsOptions {
  world: World
  cast: Cast
  door: Door
  operations: readonly Operation[]
  canaries: Canaries
}

/** The records of City and of Riverside, made through the API, and the requests that fit them. */
export class Records {
  readonly #options: RecordsOptions
  readonly #made = new Map<string, string>()
  #keyholder: Keyholder | undefined
  #samples = 0

  private constructor(options: RecordsOptions) {
    this.#options = options
  }

  /** Lets both hospitals make what the API lets them make, and learns Riverside's canaries. */
  static async make(options: RecordsOptions): Promise<Records> {
    const { world, operations, canaries, cast } = options
    const records = new Records(options)
    for (const { account_id, session_id } of Object.values(cast.riverside))
      canaries.add(account_id, session_id)
    for (const { admin } of [cast.city, cast.riverside]) {
      for (const operation of operations.filter((each) => makesRecords(each, operations))) {
        await records.#create(operation, admin)
        await records.#create(operation, admin)
      }
    }
    if (world.services.auth) await records.#giveEverybodyAPassword()
    return records
  }

  /** The id of what a POST made for a hospital. */
  readonly made = (operation: string, { id, name }: Hospital): string => {
    const made = this.#made.get(`${operation} ${id}`)
    if (made === undefined) throw new Error(`${operation} has made nothing for ${name}.`)
    return made
  }

  readonly keyholder = (): Keyholder => {
    if (!this.#keyholder) throw new Error('Nobody has a password: there is no auth service.')
    return this.#keyholder
  }

  /** Somebody else with the same role in the same hospital, for what a person can do once. */
  twin({ role, hospital }: Person): Promise<Person> {
    const { password_hash } = this.keyholder()
    const username = `twin_${randomUUID()}`
    return addPerson(this.#options.world, hospital, role, { username, password_hash })
  }

  /** Ids for the parameters in the path of `operation` with which `person` gets an answer. */
  async own(operation: Operation, person: Person): Promise<Record<string, string>> {
    const ids: [string, string][] = []
    for (const name of namesIn(operation, 'path'))
      ids.push([name, await this.#own(operation, name, person)])
    return Object.fromEntries(ids)
  }

  /** Ids for one parameter of a path that are there, and not for anybody at City. */
  async foreign(operation: Operation, parameter: string): Promise<string[]> {
    const { world, cast } = this.#options
    const { resource, post } = this.#collection(operation, parameter)
    return resource ? Promise.all(resource.foreign(world, cast)) : [this.made(post.name, RIVERSIDE)]
  }

  /** Path and query of `operation`: with the query that it must have, in the words of `hospital`, and `more`. */
  url(
    operation: Operation,
    ids: Record<string, string>,
    more: Record<string, string> = {},
    hospital = CITY,
  ): string {
    const path = operation.path.replace(/\{(\w+)\}/g, (_, name) => ids[name] ?? '')
    const sampling = this.#sampling(hospital)
    const required = operation.parameters
      .filter((parameter) => parameter.in === 'query' && parameter.required)
      .map(({ name, schema }) => [
        name,
        isId(schema) ? this.bodyId(name, hospital) : String(sampleOf(schema, sampling, name)),
      ])
    const query = new URLSearchParams({ ...Object.fromEntries(required), ...more }).toString()
    return query === '' ? path : `${path}?${query}`
  }

  /** A body that `operation` takes from `person`; undefined when it takes none. */
  body(operation: Operation, person: Person, { whole = false } = {}): unknown {
    const known = BODIES[operation.name]
    if (known) return known(this, person)
    if (!operation.body) return undefined
    const { least, without = [] } = FITTING[operation.name] ?? {}
    const sampling = {
      ...this.#sampling(person.hospital ?? CITY),
      whole: whole || least !== undefined,
    }
    const sample = sampleOf(operation.body, sampling, operation.name)
    if (typeof sample !== 'object' || sample === null) return sample
    const fits = (name: string) =>
      !without.includes(name) && (whole || !least || least.includes(name))
    return Object.fromEntries(Object.entries(sample).filter(([name]) => fits(name)))
  }

  /** What a hospital may put into the field of a body that takes an id. */
  bodyId(field: string, hospital: Hospital): string | undefined {
    return idFor(field, this, hospital)
  }

  async #giveEverybodyAPassword(): Promise<void> {
    const { world, door, operations } = this.#options
    this.#keyholder = await addKeyholder(world, door, operations)
    await world.sql('auth', `update account set password_hash = $1 where password_hash = 'none'`, [
      this.#keyholder.password_hash,
    ])
  }

  #sampling(hospital: Hospital): Sampling {
    this.#samples += 1
    const slug = `sample_words_${this.#samples}`
    const words = [`Sample words ${this.#samples}`, slug, `${slug}@example.org`]
    const plain = ['1984-02-29', '2026-01-02T03:04:05.000Z', '+49 30 1234567', 'en']
    return {
      texts: hospital === RIVERSIDE ? CANARY_TEXTS : [...words, ...plain],
      idOf: (field) => this.bodyId(field, hospital),
    }
  }

  async #own(operation: Operation, name: string, person: Person): Promise<string> {
    const { world, cast } = this.#options
    const { resource, post } = this.#collection(operation, name)
    if (resource) return resource.own(world, person)
    // What is deleted is gone for the next caller.
    if (operation.method === 'DELETE') return this.#idOfNew(post, cast.city.admin)
    return this.made(post.name, person.hospital ?? CITY)
  }

  #collection({ method, path }: Operation, parameter: string) {
    const place = path.indexOf(`{${parameter}}`)
    const prefix = path.slice(0, place + parameter.length + 2)
    const collection = prefix.slice(0, prefix.lastIndexOf('/'))
    const { operations } = this.#options
    const post = operations.find(
      (each) => each.path === collection && makesRecords(each, operations),
    )
    const isLast = place === path.lastIndexOf('{')
    const resource = (isLast ? RESOURCES[path] : undefined) ?? RESOURCES[prefix]
    if (resource || post) return { resource, post: post as Operation }
    throw new Error(
      `${method} ${path}: no record is known for {${parameter}}. Add ${prefix} to RESOURCES in packages/proof/src/resources.ts.`,
    )
  }

  async #create(operation: Operation, person: Person): Promise<void> {
    const id = await this.#idOfNew(operation, person)
    this.#made.set(`${operation.name} ${person.hospital?.id}`, id)
  }

  async #idOfNew(operation: Operation, person: Person): Promise<string> {
    const { door, canaries } = this.#options
    const body = this.body(operation, person, { whole: true })
    const caller = { name: person.username, person }
    const answer = await door.ask(operation, caller, { url: this.url(operation, {}), body })
    if (answer.status !== 201)
      throw new Error(`${operation.name} as ${person.username}: ${answer.status} ${answer.text}`)
    const { id, mrn } = jsonOf(answer)
    if (person.hospital === RIVERSIDE) canaries.add(...[id, mrn].filter((each) => each))
    return id
  }
}

/** What makes a record of the asker's hospital out of nothing but a body, and one that can be asked for. */
function makesRecords(operation: Operation, operations: readonly Operation[]): boolean {
  const { method, path, permission, statuses } = operation
  return (
    method === 'POST' &&
    namesIn(operation, 'path').length === 0 &&
    statuses.includes('201') &&
    operations.some((each) => each.path.startsWith(`${path}/{`)) &&
    permission !== undefined &&
    !choosesHospital(operation) &&
    isGranted('admin', permission)
  )
}
