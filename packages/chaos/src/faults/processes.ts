import { readFileSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import { isAlive, type ProcessRecord, recordOf } from '@wardstone/cluster'
import { PROGRAMS, type Stage } from '../stage/stage.ts'
import type { FaultKind } from './fault.ts'

const PARTS = [...PROGRAMS, 'nats', 'postgres']

/** Longer than any process is given to stop. */
const GONE_WITHIN_MS = 15_000

/** A process ends in the middle of what it does. */
export const kill: FaultKind = {
  name: 'kill -9',
  targets: PARTS,
  inject: (stage, { target }) => end(stage, target, 'SIGKILL'),
}

/** A process is told to end, and does so in order. */
export const restart: FaultKind = {
  name: 'restart',
  targets: PARTS,
  // SIGTERM has PostgreSQL wait for its clients, which never leave.
  inject: (stage, { target }) => end(stage, target, target === 'postgres' ? 'SIGINT' : 'SIGTERM'),
}

/** PostgreSQL ends at once and has to recover from its log. */
export const immediateShutdown: FaultKind = {
  name: 'immediate shutdown',
  targets: ['postgres'],
  inject: (stage, { target }) => end(stage, target, 'SIGQUIT'),
}

/** A process stands still, its connections open. */
export const stop: FaultKind = {
  name: 'SIGSTOP',
  targets: PARTS,
  lasts: [1_000, 5_000],
  async inject(stage, { target, lasts }) {
    const process = stage.process(target)
    if (!process) return
    const all = [process, ...childrenOf(process)]
    for (const each of all) signal(each, 'SIGSTOP')
    await sleep(lasts)
    for (const each of all.toReversed()) signal(each, 'SIGCONT')
  },
}

/** Ends a part's process and waits until it is gone. */
async function end(stage: Stage, part: string, by: NodeJS.Signals): Promise<void> {
  const process = stage.process(part)
  if (!process) return
  signal(process, by)
  const until = Date.now() + GONE_WITHIN_MS
  while (isAlive(process) && Date.now() < until) await sleep(20)
}

/** Sends a signal to exactly this process: nobody else's is ever meant. */
export function signal(record: ProcessRecord, name: NodeJS.Signals): void {
  if (!isAlive(record)) return
  try {
    process.kill(record.pid, name)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error
  }
}

/** PostgreSQL's backends, where the system tells; elsewhere only the postmaster stands still. */
function childrenOf({ pid }: ProcessRecord): ProcessRecord[] {
  try {
    const pids = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim().split(' ')
    return pids.map((child) => recordOf(Number(child))).filter((child) => child !== undefined)
  } catch {
    return []
  }
}
