import { existsSync, linkSync, mkdirSync, readFileSync, renameSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { ClusterProblem } from './problem.ts'
import { isAlive, type ProcessRecord, recordOf } from './processes.ts'
import { writeSecretFile } from './secret-file.ts'

/** The folder of one cluster, held by one supervisor at a time. */
export class DataFolder {
  readonly path: string
  readonly #lock: string

  private constructor(path: string) {
    this.path = path
    this.#lock = join(path, 'supervisor.json')
  }

  /** Makes the folder when missing and holds it; refuses while another supervisor holds it. */
  static hold(path: string): DataFolder {
    try {
      mkdirSync(join(path, 'logs'), { recursive: true })
      mkdirSync(join(path, 'processes'), { recursive: true })
    } catch (error) {
      const reason = (error as NodeJS.ErrnoException).code
      throw new ClusterProblem(
        `The data folder ${path} cannot be made (${reason}): choose another with WARDSTONE_DATA.`,
      )
    }
    const folder = new DataFolder(path)
    folder.#acquire()
    return folder
  }

  /** Where the output of a part goes. */
  logFile(part: string): string {
    return join(this.path, 'logs', `${part}.log`)
  }

  /** Where the process of a part is remembered. */
  recordFile(part: string): string {
    return join(this.path, 'processes', `${part}.json`)
  }

  /** Where our processes find their modules compiled: the next ones start in half the time. */
  get compileCache(): string {
    return join(this.path, 'compiled')
  }

  /** Lets the next supervisor in. */
  release() {
    rmSync(this.#lock, { force: true })
  }

  // A hard link appears whole or not at all, so two supervisors never both believe to be first.
  #acquire() {
    const own = `${this.#lock}.${process.pid}`
    writeSecretFile(own, JSON.stringify(recordOf(process.pid)))
    try {
      if (existsSync(this.#lock) && !isHeld(this.#lock)) renameSync(this.#lock, `${own}.stale`)
      linkSync(own, this.#lock)
    } catch {
      const holder = existsSync(this.#lock) ? ` (process ${recordIn(this.#lock)?.pid})` : ''
      throw new ClusterProblem(
        `A cluster already runs on ${this.path}${holder}: stop it, or choose another folder with WARDSTONE_DATA.`,
      )
    } finally {
      for (const file of [own, `${own}.stale`]) rmSync(file, { force: true })
    }
  }
}

function isHeld(lock: string): boolean {
  const holder = recordIn(lock)
  return holder !== undefined && isAlive(holder)
}

function recordIn(lock: string): ProcessRecord | undefined {
  try {
    return JSON.parse(readFileSync(lock, 'utf8'))
  } catch {
    return undefined
  }
}
