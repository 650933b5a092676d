import fc from 'fast-check'
import {
  collectionOf,
  type GeneratedRequest,
  goodRequest,
  isForMembers,
} from '../generate/requests.ts'
import { isNeeded, type Operation } from '../operations.ts'
import type { Comparison } from './comparison.ts'
import type { Tally } from './tally.ts'

/** How often an operation is tried until it does what it is for. */
const TRIES = 150
/** After so many tries something new is made to try it on. */
const FRESH_EVERY = 3

/**
 * Asks every operation until it succeeds once, so that no route is only compared in how it refuses.
 * @returns a sentence for each that nobody could make succeed
 */
export async function tour(
  operations: readonly Operation[],
  { comparison, tally, seed }: { comparison: Comparison; tally: Tally; seed: number },
): Promise<string[]> {
  for (const operation of operations) {
    const requests = fc.sample(goodRequest(operation), {
      seed,
      numRuns: TRIES * (operation.path.split('{').length - 1 || 1),
    })
    const fresh = freshRecords(operations, operation, seed)
    for (const [index, request] of [...requests.slice(0, 1).map(plain), ...requests].entries()) {
      await comparison.play({ kind: 'request', request })
      if (tally.hasSucceeded(operation)) break
      const record = index % FRESH_EVERY === 0 && fresh.pop()
      if (record) await comparison.play({ kind: 'request', request: record })
    }
  }
  return operations
    .filter((operation) => isForMembers(operation) && !tally.hasSucceeded(operation))
    .map(
      ({ name }) =>
        `${name} never succeeded: tell packages/proof/src/generate/known-fields.ts what its fields must be.`,
    )
}

/** Requests that make new records of the kind that `operation` is about: those there are may be past it. */
function freshRecords(operations: readonly Operation[], operation: Operation, seed: number) {
  const path = collectionOf(operation)
  const post = operations.find((each) => each.method === 'POST' && each.path === path)
  const isOfOne = operation.path.split('{').length === 2
  return post && post !== operation && isOfOne
    ? fc.sample(goodRequest(post), { seed, numRuns: Math.ceil(TRIES / FRESH_EVERY) })
    : []
}

/** Without filters a list shows what later requests can be about. */
function plain(request: GeneratedRequest): GeneratedRequest {
  const { parameters } = request.operation
  const isRequired = parameters.some(
    ({ in: place, required, schema }) => place === 'query' && isNeeded(required, schema),
  )
  return isRequired ? request : { ...request, query: {} }
}
