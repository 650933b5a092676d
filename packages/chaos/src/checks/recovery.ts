import { AUDIT_STREAM, DOMAIN_STREAM } from '@wardstone/contracts'
import type { Wound } from '../faults/nemesis.ts'
import type { Outage } from './answers.ts'

/** From the end of the last fault of an outage until every part is ready: the supervisor's longest pause, and a start on a busy machine. */
const RECOVERS_WITHIN_MS = 30_000
/** A process may keep a little; what doubles is a leak. */
const MEMORY = { share: 1.6, megabytes: 64 }

/** Without NATS everything goes on. */
const UNNOTICED: ReadonlySet<string> = new Set(['nats', AUDIT_STREAM, DOMAIN_STREAM])

/** Who is told to end may not wait for ever: a successor that a busy machine starts too slowly comes later. */
const SUCCEEDED_MS = 1_000

/** True for what no client may notice: a program that is told to end is succeeded before it goes. */
export function isUnnoticed(
  { fault: { kind, target }, until }: Wound,
  wholeAfter: (time: number) => number | undefined,
): boolean {
  if (UNNOTICED.has(target)) return true
  const isSucceeded = (wholeAfter(until) ?? Infinity) - until < SUCCEEDED_MS
  return kind === 'restart' && target !== 'postgres' && isSucceeded
}

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

/** What an outage took from the end of its last fault until every part was ready. */
export interface Recovery {
  wound: Wound
  took: number
}

/** How long it took to recover from each outage. */
export function recoveriesOf(wounds: readonly Wound[], outages: readonly Outage[]): Recovery[] {
  return outages.map((outage) => {
    const within = wounds.filter(({ from }) => from >= outage.from && from <= outage.until)
    const wound = within.reduce((a, b) => (a.until > b.until ? a : b))
    return { wound, took: outage.until - wound.until }
  })
}

/** Finds those that took too long. */
export function checkRecovery(recoveries: readonly Recovery[]): string[] {
  return recoveries
    .filter(({ took }) => took > RECOVERS_WITHIN_MS)
    .map(({ wound: { fault }, took }) => {
      const seconds = Math.round(took / 1000)
      return `after ${fault.kind} ${fault.target}: ${seconds} s to recover`
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
