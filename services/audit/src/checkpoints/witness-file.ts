import { createReadStream } from 'node:fs'
import { stat } from 'node:fs/promises'
import { createInterface } from 'node:readline'
import type { Checkpoint } from './note.ts'

/** A checkpoint of the file, and of which hospital. */
export interface WitnessLine extends Checkpoint {
  readonly hospital_id: string
}

/** A line, and whether it was there with one after it of the same hospital: then the database has it too. */
export interface WitnessedCheckpoint extends Checkpoint {
  readonly isOlder: boolean
}

/** The size of the file in bytes; 0 when there is none. */
export async function witnessSize(file: string): Promise<number> {
  return (await stat(file).catch(ignoreMissing))?.size ?? 0
}

/** The lines between two places of the file, with where each ends; what cannot be read as one is none. */
export async function* witnessLines(
  file: string,
  from: number,
  to: number,
): AsyncGenerator<WitnessLine & { end: number }> {
  if (to <= from) return
  let end = from
  const input = createReadStream(file, { start: from, end: to - 1 })
  for await (const text of createInterface({ input })) {
    end += Buffer.byteLength(text) + 1
    const line = parse(text)
    if (line) yield { ...line, end }
  }
}

/**
 * The checkpoints of one hospital up to the byte `to`. Before the byte `known` the file was as the
 * database was afterwards, but for the newest line.
 */
export async function* witnessedCheckpoints(
  file: string,
  hospitalId: string,
  { known, to }: { known: number; to: number },
): AsyncGenerator<WitnessedCheckpoint> {
  let waiting: Checkpoint | undefined
  for await (const { hospital_id, seq, note, end } of witnessLines(file, 0, to)) {
    if (hospital_id !== hospitalId) continue
    if (waiting) yield { ...waiting, isOlder: end <= known }
    waiting = { seq, note }
  }
  if (waiting) yield { ...waiting, isOlder: false }
}

function parse(text: string): WitnessLine | undefined {
  try {
    const { hospital_id, seq, note } = JSON.parse(text)
    return Number.isSafeInteger(seq) ? { hospital_id, seq, note: String(note) } : undefined
  } catch {
    return undefined
  }
}

function ignoreMissing(error: unknown): undefined {
  if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error
}
