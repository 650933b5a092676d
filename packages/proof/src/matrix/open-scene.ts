import { World, type WorldOptions } from '@wardstone/cluster/testing'
import { untilJudging } from '../ask.ts'
import { furnish } from '../cast.ts'
import { gatewayDoor } from '../door.ts'
import { tokenOf } from '../people.ts'
import { type Scene, setScene } from './scene.ts'

/** Runs `work` in a world of its own, furnished before its gateway opens, so that it knows who is to be refused. */
export async function inScene<T>(
  work: (scene: Scene) => Promise<T>,
  options: WorldOptions = {},
): Promise<T> {
  const world = await World.start({ ...options, gateways: 0 })
  try {
    const cast = await furnish(world)
    await world.openGateway()
    await untilJudging(world.url, tokenOf(world, cast.city.admin))
    return await work(await setScene(world, cast, gatewayDoor(world)))
  } finally {
    await world.close()
  }
}
