import type { ProofResult } from '../proof.ts'

/** What came of one thing that was sent. */
export interface Outcome {
  /** The row of the report. */
  group: string
  /** What was sent, for who has to look into a failure. */
  what: string
  status: number
  /** What should not have been, a sentence each. */
  wrongs: readonly string[]
}

interface Row {
  sent: number
  accepted: number
  refused: number
  failed: number
}

/** Counts what a corpus came to, by group. */
export class Tally {
  readonly #rows = new Map<string, Row>()
  readonly #failures: string[] = []

  add({ group, what, status, wrongs }: Outcome): void {
    const row = this.#rows.get(group) ?? { sent: 0, accepted: 0, refused: 0, failed: 0 }
    this.#rows.set(group, row)
    row.sent += 1
    if (status >= 200 && status < 300) row.accepted += 1
    if (status >= 400 && status < 500) row.refused += 1
    if (wrongs.length > 0) row.failed += 1
    for (const wrong of wrongs) this.#failures.push(`${group}, ${what}: ${wrong}`)
  }

  result(): ProofResult {
    const rows = [...this.#rows].map(([group, row]) => [group, ...Object.values(row)])
    return {
      checks: [...this.#rows.values()].reduce((sum, { sent }) => sum + sent, 0),
      table: { columns: ['group', 'sent', '2xx', '4xx', 'failed'], rows },
      failures: this.#failures,
    }
  }
}
