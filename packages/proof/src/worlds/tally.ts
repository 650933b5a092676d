import type { Operation } from '../operations.ts'
import type { Table } from '../proof.ts'

interface Counts {
  asked: number
  differences: number
  statuses: Map<number, number>
}

/** Counts what was asked of each operation, and what came of it. */
export class Tally {
  readonly #counts: Map<string, Counts>
  #asked = 0

  constructor(operations: readonly Operation[]) {
    const none = () => ({ asked: 0, differences: 0, statuses: new Map<number, number>() })
    this.#counts = new Map(operations.map(({ name }) => [name, none()]))
  }

  /** How many requests were compared. */
  get asked(): number {
    return this.#asked
  }

  add({ name }: Operation, status: number, isDifferent: boolean): void {
    const counts = this.#counts.get(name)
    if (!counts) throw new Error(`${name} is not counted.`)
    this.#asked += 1
    counts.asked += 1
    if (isDifferent) counts.differences += 1
    counts.statuses.set(status, (counts.statuses.get(status) ?? 0) + 1)
  }

  /** True when the operation has done what it is for. */
  hasSucceeded({ name }: Operation): boolean {
    return [...(this.#counts.get(name)?.statuses.keys() ?? [])].some((status) => status < 300)
  }

  /** A row for each operation. */
  table(): Table {
    return {
      columns: ['operation', 'requests', 'differences', 'answers'],
      rows: [...this.#counts].map(([name, { asked, differences, statuses }]) => [
        name,
        asked,
        differences,
        [...statuses]
          .sort(([a], [b]) => a - b)
          .map(([status, times]) => `${status} × ${times}`)
          .join(', '),
      ]),
    }
  }
}
