import { createCipheriv, createDecipheriv, hkdfSync, randomBytes } from 'node:crypto'

const CIPHER = 'aes-256-gcm'
const IV_BYTES = 12
const TAG_BYTES = 16

/**
 * Seals values (AES-256-GCM) with a key that is derived from the service's secret for one purpose, so
 * that they can lie where others read: in a URL, in a table. A sealed value is bound to a scope: in
 * another one it does not open.
 */
export class Sealer {
  readonly #key: Buffer

  constructor(secret: string, purpose: string) {
    this.#key = Buffer.from(hkdfSync('sha256', secret, '', purpose, 32))
  }

  seal(scope: readonly unknown[], value: unknown): Buffer {
    const iv = randomBytes(IV_BYTES)
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
