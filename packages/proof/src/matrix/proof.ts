import type { Proof, ProofOptions, ProofResult } from '../proof.ts'
import { matrixViolations } from './matrix.ts'
import { inScene } from './open-scene.ts'

/** Every operation of every service × every kind of caller. */
export const matrix: Proof = {
  name: 'matrix',
  claim:
    'whoever asks for whatever gets what the table of permissions says, and never a byte of another hospital',
  prove,
}

/** In its share of the test run every so many operations one is asked: others with each seed. */
const SHARE = 3

function prove({ seed, whole, progress }: ProofOptions): Promise<ProofResult> {
  return inScene(async (scene) => {
    const share = whole ? {} : { share: { every: SHARE, from: seed } }
    const { rows, violations } = await matrixViolations(scene, { progress, ...share })
    return {
      checks: rows.reduce((sum, { checks }) => sum + checks, 0),
      table: {
        columns: ['caller', 'checks', 'requests', 'violations'],
        rows: rows.map((row) => [row.name, row.checks, row.requests, row.violations]),
      },
      failures: violations,
    }
  })
}
