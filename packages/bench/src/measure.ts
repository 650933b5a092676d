import { Cost } from './load/cost.ts'
import { type Load, type LoadResult, loadOn, type Request } from './load/wrk.ts'

/** A load and what it took from the machine. */
export interface Measured extends LoadResult {
  connections: number
  requestsPerSecond: number
  /** Milliseconds of processor time a request, by program. */
  cost: Record<string, number>
}

/** One side of a comparison. */
export interface Side {
  url: string
  requests: () => readonly Request[]
}

/** Puts a load on it and measures. */
export async function measure({ url, requests }: Side, load: Load): Promise<Measured> {
  const cost = new Cost()
  const result = await loadOn(url, requests(), load)
  const each = Object.entries(cost.taken()).map(([name, ms]) => [name, ms / result.requests])
  return {
    ...result,
    connections: load.connections,
    requestsPerSecond: result.requests / result.seconds,
    cost: Object.fromEntries(each.filter(([, ms]) => Number(ms) >= 0.001)),
  }
}

/** The one in the middle by requests a second. */
export function median(runs: readonly Measured[]): Measured {
  const sorted = runs.toSorted((one, other) => one.requestsPerSecond - other.requestsPerSecond)
  const middle = sorted[Math.floor(sorted.length / 2)]
  if (!middle) throw new Error('Nothing was measured.')
  return middle
}

/**
 * Measures several sides in turn, round after round, so that what happens to the machine happens to
 * all of them; returns the median of each.
 */
export async function alternating<Name extends string>(
  sides: Readonly<Record<Name, Side>>,
  load: Load,
  rounds: number,
): Promise<Record<Name, Measured>> {
  const runs = Object.fromEntries(Object.keys(sides).map((name) => [name, [] as Measured[]]))
  for (let round = 0; round < rounds; round += 1) {
    for (const [name, side] of Object.entries<Side>(sides))
      runs[name]?.push(await measure(side, load))
  }
  const medians = Object.entries(runs).map(([name, of]) => [name, median(of)])
  return Object.fromEntries(medians) as Record<Name, Measured>
}
