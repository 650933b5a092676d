import { createReadStream } from 'node:fs'
import { type FileHandle, open } from 'node:fs/promises'
import { createInterface } from 'node:readline'
import type { Checkpoint } from './note.ts'

interface Line extends Checkpoint {
  readonly hospital_id: string
}

/** The copy of every checkpoint outside the database: a file that is only appended to. */
export class CheckpointWitness {
  readonly #file: string
  readonly #newest = new Map<string, Checkpoint>()
  #handle: FileHandle | undefined

  constructor(file: string) {
    this.#file = file
  }

  /** Reads the newest checkpoint of every hospital. */
  async open(): Promise<void> {
    this.#handle = await open(this.#file, 'a', 0o600)
    for await (const text of createInterface({ input: createReadStream(this.#file) })) {
      const line = parse(text)
      if (line) this.#newest.set(line.hospital_id, line)
    }
    // A line that a crash cut short must not swallow the next one.
    if ((await this.#handle.stat()).size > 0) await this.#handle.appendFile('\n')
  }

  newest(hospitalId: string): Checkpoint | undefined {
    return this.#newest.get(hospitalId)
  }

  /** Resolves once the checkpoint is on the disk. */
  async add(hospitalId: string, seq: number, note: string): Promise<void> {
    await this.#handle?.appendFile(`${JSON.stringify({ hospital_id: hospitalId, seq, note })}\n`)
    await this.#handle?.datasync()
    this.#newest.set(hospitalId, { seq, note })
  }

  async close(): Promise<void> {
    await this.#handle?.close()
  }
}

function parse(text: string): Line | undefined {
  try {
    const { hospital_id, seq, note } = JSON.parse(text)
    return { hospital_id, seq, note }
  } catch {
    return undefined
  }
}
