import { setTimeout as sleep } from 'node:timers/promises'
import type { Stage } from '../stage/stage.ts'
import type { Clock } from '../work/history.ts'
import type { Fault, FaultKind } from './fault.ts'

/** A fault that was done, from when to when by the clock of the run. */
export interface Wound {
  fault: Fault
  from: number
  until: number
}

interface NemesisOptions {
  stage: Stage
  clock: Clock
  kinds: readonly FaultKind[]
  say: (line: string) => void
}

/** Does what the schedule says; returns what it did when all of it is over. */
export async function runNemesis(
  schedule: readonly Fault[],
  { stage, clock, kinds, say }: NemesisOptions,
): Promise<Wound[]> {
  const started = clock()
  const wounds = schedule.map(async (fault): Promise<Wound> => {
    await sleep(Math.max(0, started + fault.at - clock()))
    const from = clock()
    say(`${fault.kind} ${fault.target}${lasting(fault)}`)
    const kind = kinds.find(({ name }) => name === fault.kind) as FaultKind
    await kind.inject(stage, fault)
    return { fault, from, until: clock() }
  })
  return Promise.all(wounds)
}

function lasting({ lasts }: Fault): string {
  return lasts > 0 ? ` for ${inSeconds(lasts).trim()}` : ''
}

/** Milliseconds as a person reads them. */
export function inSeconds(milliseconds: number): string {
  return `${(milliseconds / 1000).toFixed(1).padStart(6)} s`
}
