import type { Checkpoint } from './note.ts'
import type { WitnessedCheckpoint } from './witness-file.ts'

/** What the two places hold for one entry of a chain. */
export interface MergedCheckpoint {
  readonly seq: number
  /** The different notes, at least one. */
  readonly notes: readonly string[]
  /** One of the places should hold it and does not. */
  readonly isLost: boolean
}

/**
 * The checkpoints of the database and of the file outside it as one list, both ascending. A line of the
 * file that is out of its order comes out of order, which nothing vouches for.
 */
export async function* mergedCheckpoints(
  stored: AsyncIterable<Checkpoint>,
  witnessed: AsyncIterable<WitnessedCheckpoint>,
): AsyncGenerator<MergedCheckpoint> {
  const inside = stored[Symbol.asyncIterator]()
  const outside = witnessed[Symbol.asyncIterator]()
  let one = await inside.next()
  let other = await outside.next()
  while (!one.done || !other.done) {
    const seq = Math.min(one.value?.seq ?? Infinity, other.value?.seq ?? Infinity)
    const notes = new Set<string>()
    let [isStored, isWitnessed, mustBeStored] = [false, false, false]
    for (; !one.done && one.value.seq === seq; one = await inside.next()) {
      isStored = true
      notes.add(one.value.note)
    }
    for (; !other.done && other.value.seq === seq; other = await outside.next()) {
      isWitnessed = true
      mustBeStored ||= other.value.isOlder
      notes.add(other.value.note)
    }
    yield { seq, notes: [...notes], isLost: !isWitnessed || (mustBeStored && !isStored) }
  }
}
