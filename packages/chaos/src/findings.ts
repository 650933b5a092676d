import { checkAnswers, checkForeign, type Outage } from './checks/answers.ts'
import { checkAudit } from './checks/audit.ts'
import { checkCopies } from './checks/copies.ts'
import {
  checkMemory,
  checkRecovery,
  isUnnoticed,
  outagesOf,
  type Recovery,
  recoveriesOf,
} from './checks/recovery.ts'
import { checkWrites } from './checks/writes.ts'
import type { Wound } from './faults/nemesis.ts'
import type { ChainVerdict, Copy, Recorded } from './stage/inspection.ts'
import type { Call, Shown } from './work/history.ts'

/** Everything that was seen of a run. */
export interface Observations {
  history: readonly Call[]
  wounds: readonly Wound[]
  wholeAfter: (time: number) => number | undefined
  awayBefore: (time: number) => readonly string[]
  /** When the machine had no time for anybody. */
  slowSpells: readonly Outage[]
  /** Every part was ready again at the end. */
  isWhole: boolean
  /** Messages that still waited when there had been time enough. */
  waiting: number
  memoryBefore: ReadonlyMap<string, number>
  memoryAfter: ReadonlyMap<string, number>
  records: readonly Shown[]
  chains: readonly ChainVerdict[]
  events: readonly Recorded[]
  deadLetters: number
  copies: readonly Copy[]
  /** Of ended sessions that are still let in, a sentence each. */
  letIn: readonly string[]
}

/** Promises of the system, and how each was broken: empty when it was kept. */
export interface Findings {
  observations: Observations
  outages: readonly Outage[]
  recoveries: readonly Recovery[]
  acknowledged: number
  expectedEvents: number
  broken: ReadonlyMap<string, readonly string[]>
}

/** Holds what was seen against what is promised. */
export function findingsOf(observations: Observations): Findings {
  const { history, wounds, wholeAfter, records, events, chains } = observations
  const outages = outagesOf(wounds, wholeAfter)
  const recoveries = recoveriesOf(wounds, outages)
  const noticed = wounds.filter((wound) => !isUnnoticed(wound, wholeAfter))
  const excused = [...outagesOf(noticed, wholeAfter), ...observations.slowSpells]
  const writes = checkWrites(history, records)
  const audit = checkAudit(history, records, events)
  const broken = new Map<string, readonly string[]>([
    ['no acknowledged write is lost', writes.losses],
    ['no write is there twice', writes.doubles],
    ['no event is missing', audit.missing],
    ['no event is there twice', audit.doubles],
    ['every chain verifies', chains.filter(({ ok }) => !ok).map(({ hospital_id }) => hospital_id)],
    ['no row of another hospital is shown', checkForeign(history)],
    ['errors only during faults, and no others', checkAnswers(history, excused)],
    ['no ended session is let in', observations.letIn],
    ['services have heard of each other’s changes', checkCopies(records, observations.copies)],
    ['everything recovers', [...checkRecovery(recoveries), ...leftOver(observations)]],
    ['memory returns', checkMemory(observations.memoryBefore, observations.memoryAfter)],
  ])
  return {
    observations,
    outages,
    recoveries,
    acknowledged: writes.acknowledged,
    expectedEvents: audit.expected,
    broken,
  }
}

function leftOver({ isWhole, waiting, deadLetters }: Observations): string[] {
  return [
    ...(isWhole ? [] : ['not every part became ready again']),
    ...(waiting === 0 ? [] : [`${waiting} messages still wait in outboxes`]),
    ...(deadLetters === 0 ? [] : [`${deadLetters} messages were put away`]),
  ]
}
