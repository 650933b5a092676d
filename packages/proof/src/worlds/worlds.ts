import type { Proof } from '../proof.ts'
import { TwoWorlds } from './two-worlds.ts'
import { workload } from './workload.ts'

const SHORT = { cityPatients: 20, riversidePatients: 80, riversideRequests: 40, requests: 350 }
const LONG = { cityPatients: 60, riversidePatients: 600, riversideRequests: 400, requests: 11_000 }

/**
 * Two worlds: the same random requests of CITY's people, made from what the services' OpenAPI documents
 * say of every route, where RIVERSIDE is empty and where it is full and at work. One thing differs on
 * purpose and is not asked: usernames and e-mail addresses of accounts are everybody's, so that
 * registering says that a name is taken, whichever hospital has it.
 */
export const worlds: Proof = {
  name: 'worlds',
  claim: 'no byte of an answer to one hospital depends on what another one has',
  async prove({ seed, long, progress }) {
    const size = long ? LONG : SHORT
    const both = await TwoWorlds.open(seed, size)
    try {
      progress(`both worlds are open, with ${both.operations.length} operations`)
      await both.tour()
      await both.play(workload(both.operations, seed, size.requests), progress)
      return both.result()
    } finally {
      await both.close()
    }
  },
}
