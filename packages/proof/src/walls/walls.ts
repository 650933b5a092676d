import { availableParallelism } from 'node:os'
import type { Proof, ProofResult } from '../proof.ts'
import { type Attempt, type Outcome, run } from './attempts.ts'
import type { Mutant } from './mutant.ts'
import { MUTANTS } from './mutants.ts'

interface Tried {
  wall: string
  mutant: Mutant
  outcome: Outcome
}

/** In its share of the test run every so many mutants one is tried: another one with each seed. */
const SHARE = 60

/**
 * Takes stones out of each wall, one at a time, and holds that somebody notices. First the same looks
 * at the whole walls, and at the repositories' without row-level security, must see nothing wrong.
 */
export const walls: Proof = {
  name: 'walls',
  claim: 'whatever stone is taken out of a wall, a test notices',
  async prove({ seed, whole, progress }): Promise<ProofResult> {
    const all = Object.entries(MUTANTS).flatMap(([wall, mutants]) =>
      mutants.map((mutant) => ({ wall, mutant })),
    )
    const chosen = whole ? all : all.filter((_, index) => index % SHARE === seed % SHARE)
    const failures: string[] = []
    const baselines = untouched(chosen.map(({ mutant }) => mutant))
    await inParallel(baselines, async (attempt) => {
      const outcome = await run(attempt)
      const problems = 'crash' in outcome ? [outcome.crash] : outcome.violations
      failures.push(...problems.map((it) => `nothing broken, yet ${attempt.probe} sees: ${it}`))
    })
    let done = 0
    const tried: Tried[] = []
    await inParallel(chosen, async ({ wall, mutant }) => {
      tried.push({ wall, mutant, outcome: await run(attemptOf(mutant)) })
      done += 1
      if (done % 10 === 0) progress(`${done} of ${chosen.length} mutants`)
    })
    for (const { wall, mutant, outcome } of tried) {
      if ('crash' in outcome) failures.push(`${wall}: ${mutant.what}: cannot run: ${outcome.crash}`)
      else if (outcome.violations.length === 0)
        failures.push(`${wall}: ${mutant.what}: nobody notices (${mutant.file})`)
    }
    return { checks: baselines.length + tried.length, table: tableOf(tried), failures }
  },
}

/** The attempts at unbroken walls that these mutants are compared with. */
function untouched(mutants: readonly Mutant[]): Attempt[] {
  const attempts = mutants.map(({ probe, alone }): Attempt => ({ probe, ...(alone && { alone }) }))
  return [...new Map(attempts.map((each) => [JSON.stringify(each), each])).values()]
}

function attemptOf({ probe, alone, file, find, replace }: Mutant): Attempt {
  const searched = typeof find === 'string' ? { find } : { find: find.source, flags: find.flags }
  return { probe, file, replace, ...searched, ...(alone && { alone }) }
}

async function inParallel<T>(items: readonly T[], work: (item: T) => Promise<void>) {
  const queue = [...items]
  const worker = async () => {
    for (let item = queue.shift(); item !== undefined; item = queue.shift()) await work(item)
  }
  await Promise.all(Array.from({ length: availableParallelism() }, worker))
}

function tableOf(tried: readonly Tried[]) {
  const rows = Object.keys(MUTANTS).map((wall) => {
    const of = tried.filter((each) => each.wall === wall)
    const caught = of.filter(({ outcome }) => 'violations' in outcome && outcome.violations.length)
    return [wall, of.length, caught.length] as const
  })
  return { columns: ['wall', 'mutants', 'caught'], rows }
}
