import { createCipheriv, createDecipheriv, createHmac, hkdfSync } from 'node:crypto'

const CIPHER = 'aes-256-gcm'
const KEY_BYTES = 32
const IV_BYTES = 12
const TAG_BYTES = 16

/**
 * Seals values (AES-256-GCM) with a key that is derived from the service's secret for one purpose, so
 * that they can lie where others read: in a URL, in a table. A sealed value is bound to a scope: in
 * another one it does not open. The same value in the same scope is sealed in the same bytes, so that
 * an answer that holds one can be known again: its IV is made from both.
 */
export class Sealer {
  readonly #key: Buffer
  readonly #ivKey: Buffer
  readonly #nameKey: Buffer

  constructor(secret: string, purpose: string) {
    const keys = Buffer.from(hkdfSync('sha256', secret, '', purpose, 3 * KEY_BYTES))
    this.#key = keys.subarray(0, KEY_BYTES)
    this.#ivKey = keys.subarray(KEY_BYTES, 2 * KEY_BYTES)
    this.#nameKey = keys.subarray(2 * KEY_BYTES)
  }

  /** The same name for the same value, which tells nothing of it: not even a guess can be tried without the secret. */
  nameOf(value: unknown): string {
    return createHmac('sha256', this.#nameKey).update(bytes(value)).digest('base64url')
  }

  seal(scope: readonly unknown[], value: unknown): Buffer {
    const text = bytes([scope, value])
    const iv = createHmac('sha256', this.#ivKey).update(text).digest().subarray(0, IV_BYTES)
    const cipher = createCipheriv(CIPHER, this.#key, iv).setAAD(bytes(scope))
    return Buffer.concat([iv, cipher.update(bytes(value)), cipher.final(), cipher.getAuthTag()])
  }

  /** @throws Error for what was not sealed with this secret, for this purpose and this scope */
  open(scope: readonly unknown[], sealed: Buffer): unknown {
    const decipher = createDecipheriv(CIPHER, this.#key, sealed.subarray(0, IV_BYTES), {
      authTagLength: TAG_BYTES,
    })
    decipher.setAAD(bytes(scope)).setAuthTag(sealed.subarray(-TAG_BYTES))
    const value = decipher.update(sealed.subarray(IV_BYTES, -TAG_BYTES))
    return JSON.parse(Buffer.concat([value, decipher.final()]).toString())
  }
}

function bytes(value: unknown): Buffer {
  return Buffer.from(JSON.stringify(value))
}
