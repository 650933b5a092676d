import { createPrivateKey, type KeyObject } from 'node:crypto'
import { readFileSync } from 'node:fs'

/**
 * Reads the Ed25519 private key, a JWK, that checkpoints are signed with.
 * @throws Error with one sentence that names the file, never what is in it
 */
export function readCheckpointKey(file: string): KeyObject {
  try {
    const key = createPrivateKey({ key: JSON.parse(readFileSync(file, 'utf8')), format: 'jwk' })
    if (key.asymmetricKeyType === 'ed25519') return key
  } catch (cause) {
    throw new Error(`${file} could not be read as a private key in JWK form.`, { cause })
  }
  throw new Error(`${file} does not hold an Ed25519 key.`)
}
