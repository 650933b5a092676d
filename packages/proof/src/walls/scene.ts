import { World, type WorldOptions } from '@wardstone/cluster/testing'
import type { ServiceName } from '@wardstone/contracts'
import { type Answer, type Ask, ask, untilJudging } from '../ask.ts'
import { CITY, CLOSED, openHospital, RIVERSIDE } from '../hospitals.ts'
import { addMembers, addPerson, type Person, tokenOf } from '../people.ts'

type Members = Awaited<ReturnType<typeof addMembers>>

/** A small world of two hospitals, with somebody of each role in both. */
export class Scene {
  readonly world: World
  readonly city: Members
  readonly riverside: Members
  readonly platform: Person

  private constructor(world: World, city: Members, riverside: Members, platform: Person) {
    this.world = world
    this.city = city
    this.riverside = riverside
    this.platform = platform
  }

  /** @param prepare is called before the gateway first looks at what is revoked */
  static async start(
    options: WorldOptions,
    prepare: (scene: Scene) => Promise<void> = async () => undefined,
  ): Promise<Scene> {
    const services = [...new Set<ServiceName>(['auth', 'hospital', ...(options.services ?? [])])]
    const world = await World.start({ ...options, services, gateways: 0 })
    for (const hospital of [CITY, RIVERSIDE]) await openHospital(world, hospital)
    await openHospital(world, CLOSED, { active: false })
    const scene = new Scene(
      world,
      await addMembers(world, CITY),
      await addMembers(world, RIVERSIDE),
      await addPerson(world, null, 'platform_admin'),
    )
    await prepare(scene)
    await world.openGateway()
    await untilJudging(world.url, tokenOf(world, scene.city.admin))
    return scene
  }

  /** Asks the gateway as somebody. */
  as(person: Person) {
    return (path: string, request: Ask = {}): Promise<Answer> =>
      ask(`${this.world.url}${path}`, { token: tokenOf(this.world, person), ...request })
  }

  /** Takes the database's own wall away from every table of every service. */
  async withoutRowLevelSecurity(): Promise<void> {
    for (const service of Object.keys(this.world.services) as ServiceName[]) {
      const tables = await this.world.sql<{ name: string }>(
        service,
        `select relname as name from pg_class
          where relnamespace = 'public'::regnamespace and relkind = 'r' and relrowsecurity`,
      )
      for (const { name } of tables) {
        await this.world.sql(service, `alter table ${name} disable row level security`)
      }
    }
  }
}
