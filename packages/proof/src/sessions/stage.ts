import { randomUUID } from 'node:crypto'
import { World } from '@wardstone/cluster/testing'
import type { Role } from '@wardstone/contracts'
import { ensureStreams } from '@wardstone/events'
import { type Answer, type Ask, ask, jsonOf, untilJudging, untilOnNats } from '../ask.ts'
import { gatewayDoor } from '../door.ts'
import { CITY, type Hospital, openHospital } from '../hospitals.ts'
import { addKeyholder, PASSWORD } from '../keyholder.ts'
import { documentOf, operationsOf } from '../operations.ts'
import { addPerson, type Person, tokenOf } from '../people.ts'

/** A session that somebody has signed in to. */
export interface Session {
  access_token: string
  refresh_token: string
}

/** A world of two gateways, whose people sign in for real. */
export class Stage {
  readonly world: World
  readonly #hash: string
  readonly #platform: Person

  private constructor(world: World, hash: string, platform: Person) {
    this.world = world
    this.#hash = hash
    this.#platform = platform
  }

  /** @param natsUrl of a nats-server that may be stopped */
  static async start(natsUrl: string): Promise<Stage> {
    await ensureStreams(natsUrl)
    const world = await World.start({ natsUrl, gateways: 2 })
    try {
      await openHospital(world, CITY)
      const platform = await addPerson(world, null, 'platform_admin')
      for (const url of world.gateways) await untilJudging(url, tokenOf(world, platform))
      for (const url of world.gateways) await untilOnNats(url)
      await untilOnNats(world.services.auth.url)
      await untilOnNats(world.services.hospital.url)
      const operations = operationsOf('auth', await documentOf(world, 'auth'))
      const { password_hash } = await addKeyholder(world, gatewayDoor(world), operations)
      return new Stage(world, password_hash, platform)
    } catch (error) {
      await world.close()
      throw error
    }
  }

  /** Somebody new who can sign in. */
  addMember(role: Role, hospital: Hospital = CITY): Promise<Person> {
    const username = `${role}_${randomUUID()}`
    return addPerson(this.world, hospital, role, { username, password_hash: this.#hash })
  }

  /** A hospital of its own. */
  async addHospital(): Promise<Hospital> {
    const id = randomUUID()
    const hospital = { id, slug: `h${id.replaceAll('-', '')}`, name: `Hospital ${id}` }
    await openHospital(this.world, hospital)
    return hospital
  }

  /** Signs in with the password. */
  async signIn({ username }: Person, password = PASSWORD): Promise<Session> {
    const body = { username, password }
    return jsonOf(await this.did({ method: 'POST', body }, '/api/auth/login'))
  }

  /** The token of City's administrator, made anew: it cannot have ended. */
  async administratorsToken(): Promise<string> {
    return tokenOf(this.world, await this.addMember('admin'))
  }

  get platformsToken(): string {
    return tokenOf(this.world, this.#platform)
  }

  /** Asks the first gateway, or another. */
  ask(request: Ask, path: string, url = this.world.url): Promise<Answer> {
    return ask(`${url}${path}`, request)
  }

  /** Asks for what must succeed. */
  async did(request: Ask, path: string): Promise<Answer> {
    const answer = await this.ask(request, path)
    if (answer.status < 300) return answer
    throw new Error(`${request.method} ${path}: ${answer.status} ${answer.text}`)
  }
}
