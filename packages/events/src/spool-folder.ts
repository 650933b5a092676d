import { createHash, randomUUID } from 'node:crypto'
import { mkdir, readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { startOf } from './process-start.ts'

const FILE = /^(\d+)-([0-9a-f]{16})-[0-9a-f-]{36}\.jsonl$/

/**
 * The spool files of one host's processes. Each has one of its own, so that two may overlap while one
 * takes over from the other, and the files of those that are gone are there for whoever is left.
 */
export class SpoolFolder {
  readonly #path: string
  readonly #own = `${process.pid}-${markOf(process.pid)}-${randomUUID()}.jsonl`

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
      .filter((name) => name !== this.#own && hasEnded(name))
      .sort()
      .map((name) => join(this.#path, name))
  }
}

/** Its process is gone, whoever has its number by now; the first of each container has the same one. */
function hasEnded(name: string): boolean {
  const [, pid, mark] = FILE.exec(name) ?? []
  return pid !== undefined && markOf(Number(pid)) !== mark
}

/** Stands for the process that has this number now. */
function markOf(pid: number): string {
  const start = startOf(pid) ?? ''
  return createHash('sha256').update(start).digest('hex').slice(0, 16)
}
