import { World } from '@wardstone/cluster/testing'
import { untilJudging } from '../ask.ts'
import { type Cast, furnish } from '../cast.ts'
import { gatewayDoor } from '../door.ts'
import { tokenOf } from '../people.ts'
import type { Proof, ProofOptions, ProofResult } from '../proof.ts'
import { matrixViolations } from './matrix.ts'
import { setScene } from './scene.ts'

/** Every operation of every service × every kind of caller. */
export const MATRIX: Proof = {
  name: 'matrix',
  claim:
    'whoever asks for whatever gets what the table of permissions says, and never a byte of another hospital',
  prove,
}

async function prove({ progress }: Pick<ProofOptions, 'progress'>): Promise<ProofResult> {
  const world = await World.start({ gateways: 0 })
  try {
    const cast = await furnish(world)
    await openFor(world, cast)
    const scene = await setScene(world, cast, gatewayDoor(world))
    const { rows, violations } = await matrixViolations(scene, { progress })
    return {
      checks: rows.reduce((sum, { checks }) => sum + checks, 0),
      table: {
        columns: ['caller', 'checks', 'requests', 'violations'],
        rows: rows.map((row) => [row.name, row.checks, row.requests, row.violations]),
      },
      failures: violations,
    }
  } finally {
    await world.close()
  }
}

/** Opens a gateway, and waits until it knows who is to be refused. */
async function openFor(world: World, { city }: Cast): Promise<void> {
  await world.openGateway()
  await untilJudging(world.url, tokenOf(world, city.admin))
}
