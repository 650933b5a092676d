import { setTimeout as sleep } from 'node:timers/promises'
import type { FaultKind } from './faults/fault.ts'
import { runNemesis, type Wound } from './faults/nemesis.ts'
import { scheduleOf } from './faults/schedule.ts'
import { type Findings, findingsOf } from './findings.ts'
import { drained, Health, memoryOf } from './stage/health.ts'
import { Inspection } from './stage/inspection.ts'
import { Stage } from './stage/stage.ts'
import { Workload } from './work/workload.ts'

/** How a run is to be made. */
export interface RunOptions {
  seed: number
  /** Milliseconds of faults. */
  length: number
  kinds: readonly FaultKind[]
  people: number
  /** Milliseconds between two things that one person does, on average. */
  pause: number
  /** Empty folder for the cluster. */
  data: string
  say: (line: string) => void
  env: NodeJS.ProcessEnv
  /** Ends the run, and its cluster. */
  signal: AbortSignal
}

/** Work before the first fault, so that memory is what it is at work. */
const WARM_UP_MS = 4_000
const WHOLE_WITHIN_MS = 60_000
/** Work after the last fault: five seconds in which something may still be wrong, and some in which not. */
const AFTERWARDS_MS = 9_000
const DRAINED_WITHIN_MS = 120_000

/** Starts a cluster, lets people work on it while things go wrong, and looks whether it kept its promises. */
export async function run(options: RunOptions): Promise<Findings> {
  const stage = new Stage(options)
  try {
    return await Promise.race([runOn(stage, options), abortedBy(options.signal)])
  } finally {
    await stage.stop()
  }
}

function abortedBy(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    signal.addEventListener('abort', () => reject(signal.reason), { once: true })
  })
}

async function runOn(stage: Stage, options: RunOptions): Promise<Findings> {
  const { say } = options
  await stage.start()
  const begun = performance.now()
  const since = new Date().toISOString()
  const clock = () => performance.now() - begun
  const doctors = await (await Inspection.open(stage)).doctors()
  const workload = new Workload({ ...options, url: stage.url, clock, doctors })
  const health = new Health(stage, clock)
  health.start()
  workload.start()
  try {
    await sleep(WARM_UP_MS)
    const memoryBefore = memoryOf(stage)
    const wounds: Wound[] = await runNemesis(scheduleOf(options), { ...options, stage, clock })
    say('the faults are over')
    const isWhole = await health.untilWhole(WHOLE_WITHIN_MS)
    await sleep(AFTERWARDS_MS)
    await workload.finish()
    await health.stop()
    say('the work is over')
    const waiting = await drained(stage, DRAINED_WITHIN_MS)
    const inspection = await Inspection.open(stage)
    return findingsOf({
      history: workload.history,
      wounds,
      wholeAfter: (time) => health.wholeAfter(time),
      awayBefore: (time) => health.awayBefore(time),
      slowSpells: health.slowSpells(),
      isWhole,
      waiting,
      memoryBefore,
      memoryAfter: memoryOf(stage),
      records: await inspection.records(since),
      chains: await inspection.chains(),
      events: await inspection.events(since),
      deadLetters: await inspection.deadLetters(),
      copies: await inspection.copies(),
      letIn: await inspection.letIn(workload.deadTokens),
    })
  } finally {
    await workload.finish()
    await health.stop()
  }
}
