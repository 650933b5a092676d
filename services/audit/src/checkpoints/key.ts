import { createPrivateKey, type KeyObject } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { ConfigurationError } from '@wardstone/service'

/**
 * Reads the Ed25519 private key, a JWK, that checkpoints are signed with.
 * @throws ConfigurationError that names the file, never what is in it
 */
export function readCheckpointKey(file: string): KeyObject {
  try {
    const key = createPrivateKey({ key: JSON.parse(readFileSync(file, 'utf8')), format: 'jwk' })
    if (key.asymmetricKeyType === 'ed25519') return key
  } catch (cause) {
    throw new ConfigurationError(`${file} could not be read as a private key in JWK form.`, {
      cause,
    })
  }
  throw new ConfigurationError(`${file} does not hold an Ed25519 key.`)
}
