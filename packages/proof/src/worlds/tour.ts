import fc from 'fast-check'
import { type GeneratedRequest, goodRequest, isForMembers } from '../generate/requests.ts'
import { isNeeded, type Operation } from '../operations.ts'
import type { Comparison } from './comparison.ts'
import type { Tally } from './tally.ts'

/** How often an operation is tried until it does what it is for. */
const TRIES = 60

/**
 * Asks every operation until it succeeds once, so that no route is only compared in how it refuses.
 * @returns a sentence for each that nobody could make succeed
 */
export async function tour(
  operations: readonly Operation[],
  { comparison, tally, seed }: { comparison: Comparison; tally: Tally; seed: number },
): Promise<string[]> {
  for (const operation of operations) {
    const requests = fc.sample(goodRequest(operation), { seed, numRuns: TRIES })
    for (const request of [...requests.slice(0, 1).map(plain), ...requests]) {
      await comparison.play({ kind: 'request', request })
      if (tally.hasSucceeded(operation)) break
    }
  }
  return operations
    .filter((operation) => isForMembers(operation) && !tally.hasSucceeded(operation))
    .map(
      ({ name }) =>
        `${name} never succeeded: tell packages/proof/src/generate/known-fields.ts what its fields must be.`,
    )
}

/** Without filters a list shows what later requests can be about. */
function plain(request: GeneratedRequest): GeneratedRequest {
  const { parameters } = request.operation
  const isRequired = parameters.some(
    ({ in: place, required, schema }) => place === 'query' && isNeeded(required, schema),
  )
  return isRequired ? request : { ...request, query: {} }
}
