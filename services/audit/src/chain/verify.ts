import type { KeyObject } from 'node:crypto'
import { type Checkpoint, readNote } from '../checkpoints/note.ts'
import { type ChainEntry, type ChainHead, columnsOf, type RecordedEvent } from './entry.ts'
import { entryHash, genesisHash } from './hash.ts'

/** A chain and what vouches for it. Both lists in ascending `seq`; they are read once, never held. */
export interface Evidence {
  readonly hospitalId: string
  readonly entries: AsyncIterable<ChainEntry>
  readonly checkpoints: AsyncIterable<Checkpoint>
  /** The key that checkpoints are signed with. */
  readonly publicKey: KeyObject
  /** Where the chain should at least reach, as its own table says. */
  readonly head?: ChainHead
}

/** `events` and `head` tell how far the chain is sound. */
export interface Verdict {
  readonly ok: boolean
  readonly events: number
  readonly head: { seq: number; hash: string }
  readonly first_bad_seq?: number
}

/**
 * Checks a hospital's chain: every entry's hash, link and number, that the columns say what the event
 * says, and that it passes through every checkpoint. Needs nothing but rows and the public key, so
 * that whoever has an export can do it. Finds the first entry that is not as it was.
 */
export async function verifyChain(evidence: Evidence): Promise<Verdict> {
  const { hospitalId, head } = evidence
  const checkpoints = evidence.checkpoints[Symbol.asyncIterator]()
  let checkpoint = await checkpoints.next()
  let last: ChainHead = { seq: 0, hash: genesisHash(hospitalId) }

  const verdict = (firstBad?: number): Verdict => ({
    ok: firstBad === undefined,
    events: last.seq,
    head: { seq: last.seq, hash: last.hash.toString('hex') },
    ...(firstBad !== undefined && { first_bad_seq: firstBad }),
  })

  for await (const entry of evidence.entries) {
    const seq = last.seq + 1
    if (!isSound(entry, hospitalId, last)) return verdict(seq)
    for (; !checkpoint.done && checkpoint.value.seq <= seq; checkpoint = await checkpoints.next()) {
      if (!vouches(checkpoint.value, entry, evidence)) return verdict(seq)
    }
    if (head?.seq === seq && !head.hash.equals(entry.hash)) return verdict(seq)
    last = entry
  }
  const cutOff = !checkpoint.done || (head !== undefined && head.seq > last.seq)
  return verdict(cutOff ? last.seq + 1 : undefined)
}

function isSound(entry: ChainEntry, hospitalId: string, last: ChainHead): boolean {
  return (
    entry.hospital_id === hospitalId &&
    entry.seq === last.seq + 1 &&
    entry.prev_hash.equals(last.hash) &&
    entry.hash.equals(entryHash(entry)) &&
    saysTheSame(entry)
  )
}

/** The hash covers the payload; this makes it cover the columns that answers are filtered by. */
function saysTheSame(entry: ChainEntry): boolean {
  try {
    const columns = columnsOf(JSON.parse(entry.payload_canon) as RecordedEvent)
    return Object.entries(columns).every(
      ([name, value]) => entry[name as keyof typeof columns] === value,
    )
  } catch {
    return false
  }
}

function vouches(checkpoint: Checkpoint, entry: ChainEntry, evidence: Evidence): boolean {
  const note = readNote(checkpoint.note, evidence.publicKey)
  return (
    note !== undefined &&
    note.hospitalId === evidence.hospitalId &&
    note.seq === checkpoint.seq &&
    note.seq === entry.seq &&
    note.hash.equals(entry.hash)
  )
}
