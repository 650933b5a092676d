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

function prove({ progress }: Pick<ProofOptions, 'progress'>): Promise<ProofResult> {
  return inScene(async (scene) => {
    const { rows, violations } = await matrixViolations(scene, { progress })
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
