import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'

/**
 * When a living process started, in the system's own words: its number may be given to another one, but
 * never again with the same start. Undefined when there is none; a zombie is none.
 */
export function startOf(pid: number): string | undefined {
  try {
    if (process.platform !== 'linux') return psStart(pid) || undefined
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
    if (fields[0] === 'Z' || fields[0] === 'X') return undefined
    return `${bootId()} ${fields[19]}`
  } catch {
    return undefined
  }
}

function bootId(): string {
  return readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim()
}

function psStart(pid: number): string {
  return spawnSync('ps', ['-p', String(pid), '-o', 'lstart='], { encoding: 'utf8' }).stdout.trim()
}
