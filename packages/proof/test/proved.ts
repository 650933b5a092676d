import type { Test } from 'tap'
import type { Proof } from '../src/proof.ts'
import { sectionOf } from '../src/report.ts'

/** The share of a proof that fits into the run of all tests; another one each time, told by its seed. */
export async function proved(t: Test, proof: Proof): Promise<void> {
  const started = Date.now()
  const seed = started % 1_000_000
  const result = await proof.prove({ seed, whole: false, long: false, progress: () => undefined })
  const seconds = (Date.now() - started) / 1000
  t.comment(sectionOf({ proof, result, seconds }))
  t.same(result.failures, [], `seed ${seed}`)
  t.ok(result.checks > 0, `${result.checks} checks`)
}
