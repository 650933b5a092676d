import { spawnSync } from 'node:child_process'
import { existsSync, readFileSync, rmSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import { startOf } from '@wardstone/events'
import { writeSecretFile } from './secret-file.ts'

/** A process as it can be recognised later, also after its number was given to another one. */
export interface ProcessRecord {
  pid: number
  /** When the process started, in the system's own words: the same number never returns with it. */
  started: string
}

/** The record of a living process, undefined when there is none. */
export function recordOf(pid: number): ProcessRecord | undefined {
  const started = startOf(pid)
  return started === undefined ? undefined : { pid, started }
}

/** Whether exactly this process is still alive (a zombie is not). */
export function isAlive(record: ProcessRecord): boolean {
  return startOf(record.pid) === record.started
}

/** The command line of a process, its arguments separated by spaces; empty when it is gone. */
export function commandLineOf(pid: number): string {
  try {
    if (process.platform !== 'linux') return psCommand(pid)
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ').trim()
  } catch {
    return ''
  }
}

/** Remembers a process that was started, so that a later run can find it. */
export function rememberProcess(file: string, pid: number) {
  const record = recordOf(pid)
  if (record) writeSecretFile(file, JSON.stringify(record))
}

/** The remembered process if it still lives and its command line names `mark`: proof that it is ours. */
export function findRemembered(file: string, mark: string): ProcessRecord | undefined {
  if (!existsSync(file)) return undefined
  try {
    const record = JSON.parse(readFileSync(file, 'utf8')) as ProcessRecord
    if (isAlive(record) && commandLineOf(record.pid).includes(mark)) return record
  } catch {
    rmSync(file, { force: true })
  }
  return undefined
}

/** Stops exactly this process: signal after signal, each given `patience` ms, SIGKILL at the end. */
export async function stopProcess(
  record: ProcessRecord,
  signals: NodeJS.Signals[],
  patience = 10_000,
) {
  for (const signal of [...signals, 'SIGKILL'] as const) {
    send(record, signal)
    if (await gone(record, patience)) return
  }
  throw new Error(`Process ${record.pid} does not stop.`)
}

function send(record: ProcessRecord, signal: NodeJS.Signals) {
  if (!isAlive(record)) return
  try {
    process.kill(record.pid, signal)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error
  }
}

async function gone(record: ProcessRecord, patience: number): Promise<boolean> {
  const deadline = Date.now() + patience
  while (isAlive(record)) {
    if (Date.now() > deadline) return false
    await sleep(25)
  }
  return true
}

function psCommand(pid: number) {
  return spawnSync('ps', ['-p', String(pid), '-o', 'command='], { encoding: 'utf8' }).stdout.trim()
}
