import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { SERVICE_NAMES } from '@wardstone/contracts'
import type { Outage } from '../checks/answers.ts'
import type { Clock } from '../work/history.ts'
import { PROGRAMS, type Stage } from './stage.ts'

interface Look {
  at: number
  took: number
  /** The parts that were not ready. */
  away: readonly string[]
}

const EVERY_MS = 250
const WITHIN_MS = 2_000
/** So long takes what is asked of every part only where nobody gets a turn: people are told to try again there. */
const SLOW_MS = 1_000

/** Looks at every part again and again, past the links. */
export class Health {
  readonly #stage: Stage
  readonly #clock: Clock
  readonly #looks: Look[] = []
  #isOver = false
  #looking: Promise<void> | undefined

  constructor(stage: Stage, clock: Clock) {
    this.#stage = stage
    this.#clock = clock
  }

  start(): void {
    this.#looking = this.#look()
  }

  async stop(): Promise<void> {
    this.#isOver = true
    await this.#looking
  }

  /** When every part was first seen ready after `time`, if it was. */
  wholeAfter(time: number): number | undefined {
    return this.#looks.find(({ at, away }) => away.length === 0 && at >= time)?.at
  }

  /** The times in which every part was ready, but the machine had no time for them. */
  slowSpells(): Outage[] {
    return this.#looks
      .filter(({ took, away }) => took > SLOW_MS && away.length === 0)
      .map(({ at, took }) => ({ from: at - WITHIN_MS, until: at + took }))
  }

  /** The parts that were the last to become ready before `time`. */
  awayBefore(time: number): readonly string[] {
    return this.#looks.findLast(({ at, away }) => at < time && away.length > 0)?.away ?? []
  }

  /** Waits until every part is ready, for so long at the most. */
  async untilWhole(within: number): Promise<boolean> {
    const from = this.#clock()
    while (this.wholeAfter(from) === undefined && this.#clock() < from + within)
      await sleep(EVERY_MS)
    return this.wholeAfter(from) !== undefined
  }

  async #look(): Promise<void> {
    while (!this.#isOver) {
      const at = this.#clock()
      const ready = await Promise.all(PROGRAMS.map((name) => isReady(this.#stage, name)))
      const took = this.#clock() - at
      this.#looks.push({ at, took, away: PROGRAMS.filter((_, index) => !ready[index]) })
      await sleep(EVERY_MS)
    }
  }
}

/** How much memory each program and nats-server hold, in MB, where the system tells. */
export function memoryOf(stage: Stage): Map<string, number> {
  const held = new Map<string, number>()
  for (const part of [...PROGRAMS, 'nats']) {
    const pid = stage.process(part)?.pid
    const kilobytes = pid && residentOf(pid)
    if (kilobytes) held.set(part, Math.round(kilobytes / 1024))
  }
  return held
}

/** How many messages wait in the outboxes of all services, and in the gateway's spool. */
async function waitingIn(stage: Stage): Promise<number> {
  const rows = SERVICE_NAMES.map((service) =>
    stage.sql<{ count: number }>(service, 'select count(*)::int as count from outbox'),
  )
  const outboxes = (await Promise.all(rows)).flat()
  return outboxes.reduce((sum, { count }) => sum + count, spooledIn(stage.spoolFolder))
}

/** A file may go while we look: then nothing waits in it. */
function spooledIn(folder: string): number {
  const lines = (name: string) => {
    try {
      return readFileSync(join(folder, name), 'utf8').split('\n').length - 1
    } catch {
      return 0
    }
  }
  return readdirSync(folder).reduce((sum, name) => sum + lines(name), 0)
}

/** Waits until nothing waits. Returns what still does after so long. */
export async function drained(stage: Stage, within: number): Promise<number> {
  const until = Date.now() + within
  for (;;) {
    const waiting = await waitingIn(stage)
    if (waiting === 0 || Date.now() > until) return waiting
    await sleep(EVERY_MS)
  }
}

/** Ready, and nothing that it could also do without is away either. */
async function isReady(stage: Stage, name: string): Promise<boolean> {
  const { pid, url } = stage.parts[name] ?? {}
  if (!pid) return false
  try {
    const response = await fetch(`${url}/ready`, { signal: AbortSignal.timeout(WITHIN_MS) })
    const { parts } = (await response.json()) as { parts: Record<string, string> }
    return response.ok && Object.values(parts).every((state) => state === 'up')
  } catch {
    return false
  }
}

function residentOf(pid: number): number | undefined {
  try {
    const status = readFileSync(`/proc/${pid}/status`, 'utf8')
    return Number(/^VmRSS:\s+(\d+) kB$/m.exec(status)?.[1]) || undefined
  } catch {
    return undefined
  }
}
