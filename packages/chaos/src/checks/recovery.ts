import type { Wound } from '../faults/nemesis.ts'
import type { Outage } from './answers.ts'

/** From the end of the last fault of an outage until every part is ready: the supervisor's longest pause, and a start on a busy machine. */
const RECOVERS_WITHIN_MS = 30_000
/** A process may keep a little; what doubles is a leak. */
const MEMORY = { share: 1.6, megabytes: 64 }

/** The times in which something was wrong: from a fault until every part was seen ready after it. */
export function outagesOf(
  wounds: readonly Wound[],
  wholeAfter: (time: number) => number | undefined,
): Outage[] {
  const outages: Outage[] = []
  for (const { from, until } of wounds.toSorted((a, b) => a.from - b.from)) {
    const end = wholeAfter(until) ?? Infinity
    const last = outages.at(-1)
    if (last && from <= last.until) last.until = Math.max(last.until, end)
    else outages.push({ from, until: end })
  }
  return outages
}

/** Finds outages that went on long after their last fault. */
export function checkRecovery(wounds: readonly Wound[], outages: readonly Outage[]): string[] {
  return outages.flatMap((outage) => {
    const within = wounds.filter(({ from }) => from >= outage.from && from <= outage.until)
    const last = within.reduce((a, b) => (a.until > b.until ? a : b))
    const took = outage.until - last.until
    if (took <= RECOVERS_WITHIN_MS) return []
    return [
      `after ${last.fault.kind} ${last.fault.target}: ${Math.round(took / 1000)} s to recover`,
    ]
  })
}

/** Finds parts that hold much more memory than before the faults, in MB. */
export function checkMemory(
  before: ReadonlyMap<string, number>,
  after: ReadonlyMap<string, number>,
): string[] {
  return [...after].flatMap(([part, now]) => {
    const then = before.get(part)
    if (then === undefined || now <= then * MEMORY.share + MEMORY.megabytes) return []
    return [`${part} held ${then} MB before the faults and holds ${now} MB`]
  })
}
