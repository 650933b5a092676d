import { createPublicKey, type KeyObject, sign, verify } from 'node:crypto'
import { type CheckpointKeys, KEY_NAME, kidOf } from './keys.ts'

/** Where a hospital's chain was at a time. */
export interface Statement {
  readonly hospitalId: string
  readonly seq: number
  readonly hash: Buffer
  /** RFC 3339, UTC. */
  readonly time: string
}

/** A statement as it is signed and kept. */
export interface Checkpoint {
  readonly seq: number
  readonly note: string
}

const KID_BYTES = 4
const NOTE =
  /^(wardstone\/([0-9a-f-]{36})\n(\d{1,15})\n([A-Za-z0-9+/]{43}=)\n(\S{20,30})\n)\n— wardstone-audit ([A-Za-z0-9+/]{91}=)\n$/

/**
 * Signs a statement as a C2SP checkpoint (tlog-checkpoint in a signed-note): origin, size, base64 of
 * the head's hash, the time as extension line; Ed25519.
 */
export function writeNote(statement: Statement, privateKey: KeyObject): string {
  const { hospitalId, seq, hash, time } = statement
  const text = `wardstone/${hospitalId}\n${seq}\n${hash.toString('base64')}\n${time}\n`
  const kid = Buffer.from(kidOf(createPublicKey(privateKey)), 'hex')
  const signed = Buffer.concat([kid, sign(null, Buffer.from(text), privateKey)])
  return `${text}\n— ${KEY_NAME} ${signed.toString('base64')}\n`
}

/** Which key a note says that it is signed with; nobody has checked. */
export function kidIn(note: string): string {
  const [, , , , , , signed = ''] = NOTE.exec(note) ?? []
  return Buffer.from(signed, 'base64').toString('hex', 0, KID_BYTES)
}

/** What a note states, or undefined when none of `keys` signed exactly this. */
export function readNote(note: string, keys: CheckpointKeys): Statement | undefined {
  const [, text, hospitalId, seq, hash, time, signed] = NOTE.exec(note) ?? []
  if (!text || !hospitalId || !seq || !hash || !time || !signed) return undefined
  const bytes = Buffer.from(signed, 'base64')
  const key = keys.find(bytes.toString('hex', 0, KID_BYTES))
  if (!key || !verify(null, Buffer.from(text), key, bytes.subarray(KID_BYTES))) return undefined
  return { hospitalId, seq: Number(seq), hash: Buffer.from(hash, 'base64'), time }
}
