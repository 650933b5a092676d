/** How a proof is to be made. */
export interface ProofOptions {
  /** Makes random choices repeatable. */
  seed: number
  /** All of it; else the share that fits into the run of all tests. */
  whole: boolean
  /** The long run, of those parts that can go on for as long as one likes. */
  long: boolean
  /** Tells a waiting person how far it is. */
  progress: (text: string) => void
}

/** A table of the report: a row for each wall, kind of caller, corpus… */
export interface Table {
  columns: readonly string[]
  rows: readonly (readonly (string | number)[])[]
}

/** What a proof came to. */
export interface ProofResult {
  /** How many things were checked. */
  checks: number
  table: Table
  /** What should not have been possible, a sentence each; none is what is proved. */
  failures: readonly string[]
}

/** Something that is proved by trying to refute it. */
export interface Proof {
  /** One word: what `pnpm prove` calls it by. */
  name: string
  /** What holds when nothing fails. */
  claim: string
  prove: (options: ProofOptions) => Promise<ProofResult>
}
