import { Random } from '@wardstone/cluster'
import type { Fault, FaultKind } from './fault.ts'

interface ScheduleOptions {
  seed: number
  /** Milliseconds. */
  length: number
  kinds: readonly FaultKind[]
}

const PAUSE = { least: 1_000, most: 3_000 }
const STORM = { least: 5, most: 10 }
/** After a storm everything must get well, and then work for a while. */
const CALM_MS = 20_000

/**
 * When what goes wrong, by the seed alone: storms of faults, one to three seconds apart, and calms
 * between them. Every kind has had its turn before one has its next, and what lasts is over before the
 * same target suffers again.
 */
export function scheduleOf({ seed, length, kinds }: ScheduleOptions): Fault[] {
  const random = new Random(`faults ${seed}`)
  const between = ({ least, most }: { least: number; most: number }) =>
    Math.round(least + random.next() * (most - least))
  const faults: Fault[] = []
  const free = new Map<string, number>()
  let turns: FaultKind[] = []
  let inStorm = between(STORM)
  for (let at = PAUSE.least; at < length; at += between(PAUSE)) {
    if (inStorm === 0) {
      inStorm = between(STORM)
      at += CALM_MS
      continue
    }
    if (turns.length === 0) turns = shuffled(kinds, random)
    const { name, targets, lasts } = turns.pop() as FaultKind
    const waiting = targets.filter((target) => (free.get(target) ?? 0) <= at)
    const [target] = shuffled(waiting, random)
    const [least, most] = lasts ?? [0, 0]
    const fault = { at, kind: name, target: target ?? '', lasts: between({ least, most }) }
    if (target === undefined || at + fault.lasts > length) continue
    free.set(target, at + fault.lasts + PAUSE.least)
    faults.push(fault)
    inStorm -= 1
  }
  return faults
}

function shuffled<T>(items: readonly T[], random: Random): T[] {
  const left = [...items]
  return Array.from(items, () => left.splice(random.below(left.length), 1)[0] as T)
}
