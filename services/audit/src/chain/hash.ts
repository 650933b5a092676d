import { createHash } from 'node:crypto'

/** What an entry's hash covers. */
export interface HashedEntry {
  readonly hospital_id: string
  readonly seq: number
  readonly event_id: string
  readonly occurred_at: string
  readonly payload_canon: string
  readonly prev_hash: Uint8Array
}

/** What a hospital's first entry points to. */
export function genesisHash(hospitalId: string): Buffer {
  return createHash('sha256').update('wardstone-genesis').update(hospitalId).digest()
}

/**
 * SHA-256 over `wardstone-audit-v1` and, each after its length in 4 bytes (big-endian), hospital_id,
 * seq in decimal, event_id, occurred_at, payload_canon and the 32 bytes of prev_hash.
 */
export function entryHash(entry: HashedEntry): Buffer {
  const hash = createHash('sha256').update('wardstone-audit-v1')
  const { hospital_id, seq, event_id, occurred_at, payload_canon, prev_hash } = entry
  for (const text of [hospital_id, String(seq), event_id, occurred_at, payload_canon]) {
    hash.update(length(Buffer.byteLength(text))).update(text)
  }
  return hash.update(length(prev_hash.length)).update(prev_hash).digest()
}

function length(bytes: number): Buffer {
  const prefix = Buffer.alloc(4)
  prefix.writeUInt32BE(bytes)
  return prefix
}
