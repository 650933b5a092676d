import { TOKENS } from './corpora/tokens.ts'
import type { Proof } from './proof.ts'

/** Every proof, in the order of the report. */
export const PROOFS: readonly Proof[] = [TOKENS]
