import { createHash, createPublicKey, type KeyObject, sign, verify } from 'node:crypto'

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

const KEY_NAME = 'wardstone-audit'
const ED25519 = 1
const NOTE =
  /^(wardstone\/([0-9a-f-]{36})\n(\d{1,15})\n([A-Za-z0-9+/]{43}=)\n(\S{20,30})\n)\n— wardstone-audit ([A-Za-z0-9+/]{91}=)\n$/

/**
 * Signs a statement as a C2SP checkpoint (tlog-checkpoint in a signed-note): origin, size, base64 of
 * the head's hash, the time as extension line; Ed25519.
 */
export function writeNote(statement: Statement, privateKey: KeyObject): string {
  const { hospitalId, seq, hash, time } = statement
  const text = `wardstone/${hospitalId}\n${seq}\n${hash.toString('base64')}\n${time}\n`
  const signature = sign(null, Buffer.from(text), privateKey)
  const signed = Buffer.concat([keyId(createPublicKey(privateKey)), signature])
  return `${text}\n— ${KEY_NAME} ${signed.toString('base64')}\n`
}

/** What a note states, or undefined when `publicKey` did not sign exactly this. */
export function readNote(note: string, publicKey: KeyObject): Statement | undefined {
  const [, text, hospitalId, seq, hash, time, signed] = NOTE.exec(note) ?? []
  if (!text || !hospitalId || !seq || !hash || !time || !signed) return undefined
  const bytes = Buffer.from(signed, 'base64')
  if (!bytes.subarray(0, 4).equals(keyId(publicKey))) return undefined
  if (!verify(null, Buffer.from(text), publicKey, bytes.subarray(4))) return undefined
  return { hospitalId, seq: Number(seq), hash: Buffer.from(hash, 'base64'), time }
}

/** The key as a verifier key of C2SP signed-note: what a hospital needs to check its notes. */
export function verifierKey(publicKey: KeyObject): string {
  const encoded = Buffer.concat([Buffer.of(ED25519), rawKey(publicKey)]).toString('base64')
  return `${KEY_NAME}+${keyId(publicKey).toString('hex')}+${encoded}`
}

function keyId(publicKey: KeyObject): Buffer {
  const hash = createHash('sha256').update(`${KEY_NAME}\n`).update(Buffer.of(ED25519))
  return hash.update(rawKey(publicKey)).digest().subarray(0, 4)
}

function rawKey(publicKey: KeyObject): Buffer {
  return Buffer.from(publicKey.export({ format: 'jwk' }).x ?? '', 'base64url')
}
