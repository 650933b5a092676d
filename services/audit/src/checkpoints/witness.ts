import { type FileHandle, open, stat } from 'node:fs/promises'
import type { Checkpoint } from './note.ts'
import { witnessLines } from './witness-file.ts'

/** The copy of every checkpoint outside the database: a file that is only appended to. */
export class CheckpointWitness {
  readonly #file: string
  readonly #newest = new Map<string, Checkpoint>()
  #handle: FileHandle | undefined
  #size = 0

  constructor(file: string) {
    this.#file = file
  }

  /** Reads the newest checkpoint of every hospital. */
  async open(): Promise<void> {
    this.#handle = await open(this.#file, 'a', 0o600)
    await this.look()
    // A line that a crash cut short must not swallow the next one. It does not count as read: another
    // process may have added a line before it.
    if (this.#size > 0) await this.#append('\n')
  }

  /**
   * Reads what another process has added since.
   * @throws when the file is gone, is another one or has become shorter: a copy that forgets is none
   */
  async look(): Promise<void> {
    const [held, named] = await Promise.all([this.#handle?.stat(), stat(this.#file)])
    if (held?.ino !== named.ino || held.dev !== named.dev || named.size < this.#size) {
      throw new Error(`${this.#file} is not the file of checkpoints that it was.`)
    }
    for await (const line of witnessLines(this.#file, this.#size, named.size)) {
      const { hospital_id, seq, note } = line
      this.#newest.set(hospital_id, { seq, note })
    }
    this.#size = named.size
  }

  newest(hospitalId: string): Checkpoint | undefined {
    return this.#newest.get(hospitalId)
  }

  /** Resolves once the checkpoint is on the disk. */
  async add(hospitalId: string, seq: number, note: string): Promise<void> {
    const line = `${JSON.stringify({ hospital_id: hospitalId, seq, note })}\n`
    await this.#append(line)
    this.#size += Buffer.byteLength(line)
    this.#newest.set(hospitalId, { seq, note })
  }

  async close(): Promise<void> {
    await this.#handle?.close()
  }

  async #append(text: string): Promise<void> {
    await this.#handle?.appendFile(text)
    await this.#handle?.datasync()
  }
}
