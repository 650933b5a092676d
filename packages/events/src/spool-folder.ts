import { randomUUID } from 'node:crypto'
import { mkdir, readdir } from 'node:fs/promises'
import { join } from 'node:path'

const FILE = /^(\d+)-[0-9a-f-]{36}\.jsonl$/

/**
 * The spool files of one host's processes. Each has one of its own, so that two may overlap while one
 * takes over from the other, and the files of those that are gone are there for whoever is left.
 */
export class SpoolFolder {
  readonly #path: string
  readonly #own = `${process.pid}-${randomUUID()}.jsonl`

  constructor(path: string) {
    this.#path = path
  }

  /** The file of this process. */
  get own(): string {
    return join(this.#path, this.#own)
  }

  /** Makes the folder when it is missing. */
  async open(): Promise<void> {
    await mkdir(this.#path, { recursive: true, mode: 0o700 })
  }

  /** The files whose processes have ended. */
  async abandoned(): Promise<string[]> {
    const names = await readdir(this.#path)
    return names
      .filter((name) => name !== this.#own && FILE.test(name) && !isAlive(pidOf(name)))
      .sort()
      .map((name) => join(this.#path, name))
  }
}

function pidOf(name: string): number {
  return Number(FILE.exec(name)?.[1])
}

/** Our own number on another's file: its process ended before ours began, as the first of a container does. */
function isAlive(pid: number): boolean {
  if (pid === process.pid) return false
  try {
    return process.kill(pid, 0)
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM'
  }
}
