import type { ProbeName } from './probes.ts'

/** A change to the source that takes one wall away, or a stone out of it. */
export interface Mutant {
  /** What somebody would have broken. */
  what: string
  /** The file, from the root of the repository. */
  file: string
  /** What stands there; every occurrence is replaced. */
  find: string | RegExp
  replace: string
  /** Who must notice. */
  probe: ProbeName
  /** With row-level security off, so that this wall stands alone. */
  alone?: true
}
