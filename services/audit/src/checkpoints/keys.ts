import { createHash, createPrivateKey, createPublicKey, type KeyObject } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { ConfigurationError } from '@wardstone/service'

/** The name of every key in notes. */
export const KEY_NAME = 'wardstone-audit'
const ED25519 = 1

/** A public key as it is handed out. */
export interface VerifierKey {
  /** As signatures name it. */
  readonly kid: string
  /** C2SP signed-note: what a hospital needs to check its notes. */
  readonly verifier_key: string
}

/** The keys that checkpoints are or were signed with, the present one first. */
export class CheckpointKeys {
  readonly #byKid: ReadonlyMap<string, KeyObject>

  constructor(publicKeys: readonly KeyObject[]) {
    this.#byKid = new Map(publicKeys.map((key) => [kidOf(key), key]))
  }

  find(kid: string): KeyObject | undefined {
    return this.#byKid.get(kid)
  }

  verifierKeys(): VerifierKey[] {
    return [...this.#byKid].map(([kid, key]) => {
      const encoded = Buffer.concat([Buffer.of(ED25519), rawKey(key)]).toString('base64')
      return { kid, verifier_key: `${KEY_NAME}+${kid}+${encoded}` }
    })
  }
}

/** What a signature names its key by: C2SP's 4 bytes, in hexadecimal. */
export function kidOf(key: KeyObject): string {
  const hash = createHash('sha256').update(`${KEY_NAME}\n`).update(Buffer.of(ED25519))
  return hash.update(rawKey(key)).digest('hex').slice(0, 8)
}

function rawKey(key: KeyObject): Buffer {
  return Buffer.from(key.export({ format: 'jwk' }).x ?? '', 'base64url')
}

/**
 * Reads the Ed25519 private key that checkpoints are signed with: a JWK, or a JWKS in which it is the
 * first and those after it, public keys, have signed before it.
 * @throws ConfigurationError that names the file, never what is in it
 */
export function readCheckpointKeys(file: string): { privateKey: KeyObject; keys: CheckpointKeys } {
  const [privateKey, publicKeys] = keysIn(file)
  if (publicKeys.every(({ asymmetricKeyType }) => asymmetricKeyType === 'ed25519')) {
    return { privateKey, keys: new CheckpointKeys(publicKeys) }
  }
  throw new ConfigurationError(`${file} holds a key that is no Ed25519 key.`)
}

function keysIn(file: string): [KeyObject, KeyObject[]] {
  try {
    const content = JSON.parse(readFileSync(file, 'utf8'))
    const [first, ...previous] = content.keys ?? [content]
    const jwks = [first, ...previous].map(({ d: _, ...jwk }) => jwk)
    return [
      createPrivateKey({ key: first, format: 'jwk' }),
      jwks.map((key) => createPublicKey({ key, format: 'jwk' })),
    ]
  } catch (cause) {
    throw new ConfigurationError(`${file} could not be read as a private key in JWK form.`, {
      cause,
    })
  }
}
