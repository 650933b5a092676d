import { type FileHandle, open, readFile, rename } from 'node:fs/promises'

/** A message that waits, and the line it has in the file. */
export interface SpoolEntry {
  readonly id: string
  readonly subject: string
  readonly payload: string
  readonly line: string
}

/** The line of a message: JSON, so that a line broken by a crash is noticed. */
export function spoolEntry(subject: string, id: string, payload: string): SpoolEntry {
  return { id, subject, payload, line: `${JSON.stringify({ id, subject, payload })}\n` }
}

/** A file of lines that is only appended to; what `append` resolved is on the disk. */
export class SpoolFile {
  readonly #path: string
  #handle: FileHandle | undefined
  #size = 0
  /** An append failed, maybe in the middle of a line, which must not swallow the next one. */
  #isTorn = false

  constructor(path: string) {
    this.#path = path
  }

  get size(): number {
    return this.#size
  }

  /** Makes the file. */
  async open(): Promise<void> {
    this.#handle = await open(this.#path, 'a', 0o600)
  }

  async append(text: string): Promise<void> {
    if (!this.#handle) throw new Error('the spool is not open')
    const begin = this.#isTorn ? '\n' : ''
    this.#isTorn = true
    await this.#handle.appendFile(begin + text)
    await this.#handle.datasync()
    this.#isTorn = false
    this.#size += Buffer.byteLength(text)
  }

  /** Replaces the content, whole or not at all. */
  async rewrite(text: string): Promise<void> {
    if (text === '') {
      await this.#handle?.truncate(0)
    } else {
      await this.#draft(text)
      await rename(`${this.#path}.new`, this.#path)
      await this.#handle?.close()
      this.#handle = await open(this.#path, 'a', 0o600)
    }
    this.#size = Buffer.byteLength(text)
  }

  async #draft(text: string): Promise<void> {
    const draft = await open(`${this.#path}.new`, 'w', 0o600)
    try {
      await draft.appendFile(text)
      await draft.datasync()
    } finally {
      await draft.close()
    }
  }

  async close(): Promise<void> {
    await this.#handle?.close()
    this.#handle = undefined
  }
}

/** What a spool file holds, and how many of its lines are no good, as a crash leaves its last one. */
export async function readSpool(path: string): Promise<{ entries: SpoolEntry[]; broken: number }> {
  const lines = (await readFile(path, 'utf8')).split('\n').filter((line) => line !== '')
  const entries = lines.map(parse).filter((entry) => entry !== undefined)
  return { entries, broken: lines.length - entries.length }
}

function parse(line: string): SpoolEntry | undefined {
  try {
    const { id, subject, payload } = JSON.parse(line)
    const strings = [id, subject, payload].every((value) => typeof value === 'string')
    return strings ? spoolEntry(subject, id, payload) : undefined
  } catch {
    return undefined
  }
}
