import type { CheckpointKeys } from '../checkpoints/keys.ts'
import type { MergedCheckpoint } from '../checkpoints/merged.ts'
import { readNote } from '../checkpoints/note.ts'
import {
  type ChainEntry,
  type ChainHead,
  columnsOf,
  type FoundEntry,
  type RecordedEvent,
} from './entry.ts'
import { entryHash, genesisHash } from './hash.ts'

/** A chain and what vouches for it. Both lists in ascending `seq`; they are read once, never held. */
export interface Evidence {
  readonly hospitalId: string
  /** The entries, in groups. */
  readonly entries: AsyncIterable<readonly FoundEntry[]>
  readonly checkpoints: AsyncIterable<MergedCheckpoint>
  /** The keys that checkpoints may be signed with. */
  readonly keys: CheckpointKeys
  /** Where the chain should at least reach, as its own table says. */
  readonly head?: ChainHead | undefined
}

/**
 * What is wrong at the first bad entry: it is not what was recorded (`entry`), it is missing though the
 * chain went on (`cut_off`), it is not what a checkpoint says or nobody signed that (`checkpoint`), or
 * one of the two places does not hold the checkpoint that the other has (`checkpoint_lost`).
 */
export type Finding = 'entry' | 'cut_off' | 'checkpoint' | 'checkpoint_lost'

/** `events` and `head` tell how far the chain is sound, `signed_seq` how far checkpoints vouch for it. */
export interface Verdict {
  readonly ok: boolean
  readonly events: number
  readonly head: { seq: number; hash: string }
  readonly signed_seq: number
  readonly first_bad_seq?: number
  readonly finding?: Finding
}

/**
 * Checks a hospital's chain: every entry's hash, link and number, that the columns say what the event
 * says and it is found by the patients it shows, and that it passes through every checkpoint. Finds the first entry that is not as it was.
 * verifier/verify.mjs does the same with an export.
 */
export async function verifyChain(evidence: Evidence): Promise<Verdict> {
  const { hospitalId, head } = evidence
  const checkpoints = evidence.checkpoints[Symbol.asyncIterator]()
  let checkpoint = await checkpoints.next()
  let last: ChainHead = { seq: 0, hash: genesisHash(hospitalId) }
  let signed = 0

  const verdict = (finding?: Finding): Verdict => ({
    ok: finding === undefined,
    events: last.seq,
    head: { seq: last.seq, hash: last.hash.toString('hex') },
    signed_seq: signed,
    ...(finding && { first_bad_seq: last.seq + 1, finding }),
  })

  for await (const group of evidence.entries) {
    for (const entry of group) {
      if (!isSound(entry, hospitalId, last)) return verdict('entry')
      for (; !checkpoint.done && checkpoint.value.seq <= entry.seq; ) {
        if (!vouches(checkpoint.value, entry, evidence)) return verdict('checkpoint')
        if (checkpoint.value.isLost) return verdict('checkpoint_lost')
        signed = entry.seq
        checkpoint = await checkpoints.next()
      }
      if (head?.seq === entry.seq && !head.hash.equals(entry.hash)) return verdict('entry')
      last = entry
    }
  }
  const cutOff = !checkpoint.done || (head !== undefined && head.seq > last.seq)
  return verdict(cutOff ? 'cut_off' : undefined)
}

function isSound(entry: FoundEntry, hospitalId: string, last: ChainHead): boolean {
  return (
    entry.hospital_id === hospitalId &&
    entry.seq === last.seq + 1 &&
    entry.prev_hash.equals(last.hash) &&
    entry.hash.equals(entryHash(entry)) &&
    saysTheSame(entry)
  )
}

/** The hash covers the payload; this makes it cover what answers are filtered by: columns, and patients. */
function saysTheSame(entry: FoundEntry): boolean {
  try {
    const event = JSON.parse(entry.payload_canon) as RecordedEvent
    const columns = columnsOf(event)
    const shown = [...new Set(event.patient_ids)].sort()
    return (
      Object.entries(columns).every(
        ([name, value]) => entry[name as keyof typeof columns] === value,
      ) && shown.join() === entry.found_by.toSorted().join()
    )
  } catch {
    return false
  }
}

function vouches({ seq, notes }: MergedCheckpoint, entry: ChainEntry, evidence: Evidence): boolean {
  return notes.every((text) => {
    const note = readNote(text, evidence.keys)
    return (
      note !== undefined &&
      note.hospitalId === evidence.hospitalId &&
      note.seq === seq &&
      note.seq === entry.seq &&
      note.hash.equals(entry.hash)
    )
  })
}
