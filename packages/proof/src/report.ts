import type { Proof, ProofResult, Table } from './proof.ts'

/** A proof that was made, and how long it took. */
export interface Finished {
  proof: Proof
  result: ProofResult
  seconds: number
}

/** The most failures of one proof that a person wants to read. */
const SHOWN = 20

/** One proof as a person reads it. */
export function sectionOf({ proof, result, seconds }: Finished): string {
  const { checks, table, failures } = result
  const verdict = failures.length === 0 ? 'holds' : `FAILS ${failures.length} times`
  const more = failures.length > SHOWN ? [`  … and ${failures.length - SHOWN} more`] : []
  return [
    `${proof.name}: ${proof.claim}`,
    ...linesOf(table).map((line) => `  ${line}`),
    ...failures.slice(0, SHOWN).map((failure) => `  ✗ ${failure}`),
    ...more,
    `  ${verdict}: ${checks} checks in ${seconds.toFixed(1)} s`,
  ].join('\n')
}

/** The end of the report: a row for each proof. */
export function summaryOf(all: readonly Finished[]): string {
  const table = {
    columns: ['proof', 'checks', 'failures', 'seconds'],
    rows: all.map(({ proof, result, seconds }) => [
      proof.name,
      result.checks,
      result.failures.length,
      seconds.toFixed(1),
    ]),
  }
  return linesOf(table).join('\n')
}

function linesOf({ columns, rows }: Table): string[] {
  const cells = [columns, ...rows].map((row) => row.map(String))
  const widths = columns.map((_, index) =>
    Math.max(...cells.map((row) => [...(row[index] ?? '')].length)),
  )
  const isNumber = columns.map((_, index) => rows.every((row) => !Number.isNaN(Number(row[index]))))
  return cells.map((row) =>
    row
      .map((cell, index) =>
        isNumber[index] ? cell.padStart(widths[index] ?? 0) : cell.padEnd(widths[index] ?? 0),
      )
      .join('  ')
      .trimEnd(),
  )
}
