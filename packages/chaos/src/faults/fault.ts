import type { Stage } from '../stage/stage.ts'

/** One thing that goes wrong, as the schedule has it. */
export interface Fault {
  /** Milliseconds after the start of the faults. */
  at: number
  kind: string
  target: string
  /** Milliseconds that it goes on for, of those that do. */
  lasts: number
}

/** A way for things to go wrong. */
export interface FaultKind {
  name: string
  targets: readonly string[]
  /** The least and the most that it lasts; nothing for what happens in a moment. */
  lasts?: readonly [least: number, most: number]
  /** Does it; resolves when it is over, which is before what it did has been made good. */
  inject: (stage: Stage, fault: Fault) => Promise<void>
}
