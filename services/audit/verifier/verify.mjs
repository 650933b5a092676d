#!/usr/bin/env node
/*
 * Checks an exported audit chain of Wardstone without trusting whoever exported it. This one file and
 * Node 20 or later are all it takes; it opens no connection and writes nothing.
 *
 *   node verify.mjs HOSPITAL EXPORT CHECKPOINTS KEY…
 *
 *   HOSPITAL     the id of the hospital it should be of
 *   EXPORT       what GET /api/audit/export answered: a line of JSON for each entry, oldest first
 *   CHECKPOINTS  lines of JSON with the notes the hospital kept: pages of GET /api/audit/checkpoints, or
 *                single {"note": …} (with "hospital_id", those of other hospitals are passed over)
 *   KEY          a key that notes may be signed with, as wardstone-audit+12345678+…, or a file of them;
 *                from the hospital's own papers, not from the same hands as the export
 *
 * The last line on stdout is the verdict as JSON. Exit code 0: as it was; 1: altered, first_bad_seq says
 * from where; 2: it could not be checked, as when there is no note that could vouch for anything.
 *
 * What is checked, for each entry in its turn:
 *   - it is of the hospital, numbered without a gap from 1, and prev_hash is the hash of the one before
 *     (the first one's: SHA-256 of "wardstone-genesis" and the hospital's id);
 *   - hash is SHA-256 of "wardstone-audit-v1" and, each after its length in 4 bytes (big-endian),
 *     hospital_id, seq in decimal, event_id, occurred_at, payload_canon and the 32 bytes of prev_hash;
 *   - payload_canon, the event itself, tells the same hospital, id and time;
 *   - where a note (C2SP checkpoint, https://c2sp.org/tlog-checkpoint) says that the chain had a hash, it
 *     has it. So a chain that was cut off, or written anew with right hashes, does not pass.
 */
import crypto from 'node:crypto'
import { createReadStream, existsSync, readFileSync } from 'node:fs'

const KEY_NAME = 'wardstone-audit'
const ED25519 = 1
const PLATFORM = '00000000-0000-0000-0000-000000000000'
const LONGEST_LINE = 64 * 1024 * 1024
const NOTE =
  /^(wardstone\/([0-9a-f-]{36})\n(\d{1,15})\n([A-Za-z0-9+/]{43}=)\n(\S{20,30})\n)\n— wardstone-audit ([A-Za-z0-9+/]{91}=)\n$/

/** SHA-256 in hexadecimal; where Node has it (20.12), by the call that makes no object. */
const sha256 = crypto.hash
  ? (bytes) => crypto.hash('sha256', bytes, 'hex')
  : (bytes) => crypto.createHash('sha256').update(bytes).digest('hex')

// ---------------------------------------------------------------------------------------------- lines

/** The lines of a file, in groups; no more than some megabytes of it are in memory. */
async function* linesOf(file) {
  let rest = Buffer.alloc(0)
  for await (const chunk of createReadStream(file, { highWaterMark: 1024 * 1024 })) {
    const bytes = rest.length === 0 ? chunk : Buffer.concat([rest, chunk])
    const end = bytes.lastIndexOf(10) + 1
    if (end > 0) yield bytes.toString('utf8', 0, end - 1).split('\n')
    rest = bytes.subarray(end)
    if (rest.length > LONGEST_LINE) throw new Error(`${file} has a line that is too long.`)
  }
  if (rest.length > 0) yield [rest.toString('utf8')]
}

function parsed(text) {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

// ----------------------------------------------------------------------------------------------- keys

/** The Ed25519 keys that notes may be signed with, by the 4 bytes that signatures name them by. */
function readKeys(texts) {
  const lines = texts.flatMap((text) =>
    existsSync(text) ? readFileSync(text, 'utf8').split(/\s+/) : [text],
  )
  return new Map(lines.filter((line) => line !== '').map(readKey))
}

/** A verifier key of C2SP signed-note: name+id+base64 of a byte for the kind and the key. */
function readKey(text) {
  const [, id, base64] = /^wardstone-audit\+([0-9a-f]{8})\+([A-Za-z0-9+/]{44})$/.exec(text) ?? []
  const bytes = Buffer.from(base64 ?? '', 'base64')
  const digest = sha256(Buffer.concat([Buffer.from(`${KEY_NAME}\n`), bytes]))
  if (bytes[0] !== ED25519 || digest.slice(0, 8) !== id) throw new Error(`No key: ${text}`)
  const x = bytes.subarray(1).toString('base64url')
  return [id, crypto.createPublicKey({ key: { kty: 'OKP', crv: 'Ed25519', x }, format: 'jwk' })]
}

// -------------------------------------------------------------------------------------------- entries

/** What the first entry of a hospital points to. */
const genesis = (hospital) => sha256(Buffer.from(`wardstone-genesis${hospital}`))

let buffer = Buffer.alloc(64 * 1024)
const VERSION_LENGTH = buffer.write('wardstone-audit-v1')

/** The hash that an entry must have. One buffer serves all entries: this is where the time goes. */
function hashOf({ hospital_id, seq, event_id, occurred_at, payload_canon, prev_hash }) {
  const most =
    512 + 3 * (hospital_id.length + event_id.length + occurred_at.length + payload_canon.length)
  if (buffer.length < most) buffer = Buffer.concat([buffer.subarray(0, VERSION_LENGTH)], 2 * most)
  let at = VERSION_LENGTH
  for (const text of [hospital_id, String(seq), event_id, occurred_at, payload_canon]) {
    const length = buffer.write(text, at + 4)
    buffer.writeUInt32BE(length, at)
    at += 4 + length
  }
  buffer.writeUInt32BE(32, at)
  buffer.write(prev_hash, at + 4, 'hex')
  return sha256(buffer.subarray(0, at + 36))
}

/** True when `entry` is the one that comes after `last`. */
function isSound(entry, hospital, last) {
  return (
    typeof entry?.event_id === 'string' &&
    typeof entry.occurred_at === 'string' &&
    typeof entry.payload_canon === 'string' &&
    entry.hospital_id === hospital &&
    entry.seq === last.seq + 1 &&
    entry.prev_hash === last.hash &&
    entry.hash === hashOf(entry) &&
    saysTheSame(entry)
  )
}

/** Whether the event tells the same; its keys are in alphabetical order, so these three stand together. */
function saysTheSame({ hospital_id, event_id, occurred_at, payload_canon }) {
  const hospital = hospital_id === PLATFORM ? 'null' : `"${hospital_id}"`
  return payload_canon.includes(
    `,"hospital_id":${hospital},"id":"${event_id}","occurred_at":"${occurred_at}","`,
  )
}

// ---------------------------------------------------------------------------------------- checkpoints

/** The hash that a note says the chain had at `seq`; undefined when none of the keys signed just this. */
function statedHash(note, seq, hospital, keys) {
  const [, text, origin, size, hash, , signed] = NOTE.exec(note) ?? []
  if (text === undefined || origin !== hospital || Number(size) !== seq) return undefined
  const bytes = Buffer.from(signed, 'base64')
  const key = keys.get(bytes.toString('hex', 0, 4))
  if (!key || !crypto.verify(null, Buffer.from(text), key, bytes.subarray(4))) return undefined
  return Buffer.from(hash, 'base64').toString('hex')
}

/** Where the hospital's notes say what the chain had: [seq, hash] in order; no hash where a note is not good. */
async function readCheckpoints(file, hospital, keys) {
  const stated = new Map()
  for await (const lines of linesOf(file)) {
    for (const value of lines.map(parsed)) {
      for (const { hospital_id = hospital, note = '', ...given } of value?.results ?? [
        value ?? {},
      ]) {
        if (hospital_id !== hospital || note === '') continue
        const seq = given.seq ?? Number(NOTE.exec(note)?.[3] ?? 0)
        const hash = statedHash(note, seq, hospital, keys)
        stated.set(seq, stated.has(seq) && stated.get(seq) !== hash ? undefined : hash)
      }
    }
  }
  return [...stated].sort(([one], [other]) => one - other)
}

// -------------------------------------------------------------------------------------------- verdict

/** Checks the whole chain. The entries are read once and never held; of each note its hash is. */
async function verifyExport({ events, checkpoints, keys, hospital }) {
  const due = await readCheckpoints(checkpoints, hospital, keys)
  if (due.length === 0) throw new Error(`${checkpoints} holds no note of ${hospital}.`)
  let last = { seq: 0, hash: genesis(hospital) }
  let next = 0
  let signed = 0

  const verdict = (finding, seq) => ({
    ok: finding === undefined,
    hospital_id: hospital,
    events: last.seq,
    head: { seq: last.seq, hash: last.hash },
    signed_seq: signed,
    ...(finding && { first_bad_seq: seq, finding }),
  })

  for await (const lines of linesOf(events)) {
    for (const line of lines) {
      if (line === '') continue
      const entry = parsed(line)
      const seq = last.seq + 1
      if (!isSound(entry, hospital, last)) return verdict('entry', seq)
      for (; due[next]?.[0] <= seq; next += 1) {
        const [at, hash] = due[next]
        if (at !== seq || hash !== entry.hash) return verdict('checkpoint', seq)
        signed = seq
      }
      last = entry
      if (seq % 1_000_000 === 0) console.error(`${seq} entries …`)
    }
  }
  return next < due.length ? verdict('cut_off', last.seq + 1) : verdict()
}

const FINDINGS = {
  entry: 'is not the entry that was recorded',
  checkpoint: 'is not what a checkpoint says, or the checkpoint is not signed by any of the keys',
  cut_off: 'is missing: checkpoints say that the chain went on',
}

async function main() {
  const [hospital, events, checkpoints, ...texts] = process.argv.slice(2)
  if (texts.length === 0 || !/^[0-9a-f-]{36}$/.test(hospital))
    throw new Error('Usage: node verify.mjs HOSPITAL EXPORT CHECKPOINTS KEY…')
  const verdict = await verifyExport({ hospital, events, checkpoints, keys: readKeys(texts) })
  const { ok, hospital_id, signed_seq, first_bad_seq, finding } = verdict
  console.error(
    ok
      ? `The ${verdict.events} entries of ${hospital_id} are as they were; those up to ${signed_seq} are vouched for by checkpoints.`
      : `ALTERED: entry ${first_bad_seq} of ${hospital_id} ${FINDINGS[finding]}. Vouched for: up to ${signed_seq}.`,
  )
  console.log(JSON.stringify(verdict))
  process.exitCode = ok ? 0 : 1
}

try {
  await main()
} catch (error) {
  console.error(error.message)
  process.exitCode = 2
}
