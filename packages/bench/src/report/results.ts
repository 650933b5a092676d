import type { Measured } from '../measure.ts'

/** One line of the report: what was measured, and what was measured beside it in the same minutes. */
export interface Row {
  name: string
  measured: Measured
  /** The baseline it is divided by; none where the figure stands alone. */
  beside?: Measured
  /** What the ratio should reach. */
  goal?: number
}

/** A run of the bench. */
export interface Results {
  /** ISO 8601. */
  at: string
  commit: string
  machine: string
  command: string
  /** By section. */
  sections: Record<string, Row[]>
}

/** Requests a second of the one by those of the other; undefined where there is no other. */
export function ratioOf({ measured, beside }: Row): number | undefined {
  return beside && measured.requestsPerSecond / beside.requestsPerSecond
}
