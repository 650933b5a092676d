import { createCipheriv, createDecipheriv, hkdfSync, randomBytes } from 'node:crypto'
import { problem } from './problem.ts'

const CIPHER = 'aes-256-gcm'
const IV_BYTES = 12
const TAG_BYTES = 16

/**
 * Makes and reads page cursors. A cursor is sealed (AES-256-GCM) with a key derived from the service's
 * secret, because the sort key of a row may be a name and cursors travel in URLs; and it is bound to a
 * scope (hospital, route, filters), so that one of another hospital or another list is refused rather
 * than followed.
 */
export class CursorCodec {
  readonly #key: Buffer

  constructor(secret: string) {
    this.#key = Buffer.from(hkdfSync('sha256', secret, '', 'wardstone page cursor', 32))
  }

  /** @param position the sort keys of the last row of the page */
  encode(scope: readonly unknown[], position: readonly unknown[]): string {
    const iv = randomBytes(IV_BYTES)
    const cipher = createCipheriv(CIPHER, this.#key, iv).setAAD(bytes(scope))
    const sealed = [iv, cipher.update(bytes(position)), cipher.final(), cipher.getAuthTag()]
    return Buffer.concat(sealed).toString('base64url')
  }

  /** @throws problem 400 for a cursor that was not made for this scope */
  decode(scope: readonly unknown[], cursor: string): unknown[] {
    try {
      const sealed = Buffer.from(cursor, 'base64url')
      // A last character can differ in bits that are no part of the bytes: there is one spelling only.
      if (sealed.toString('base64url') !== cursor) throw new Error('not as it was given')
      const decipher = createDecipheriv(CIPHER, this.#key, sealed.subarray(0, IV_BYTES), {
        authTagLength: TAG_BYTES,
      })
      decipher.setAAD(bytes(scope)).setAuthTag(sealed.subarray(-TAG_BYTES))
      const position = decipher.update(sealed.subarray(IV_BYTES, -TAG_BYTES))
      return JSON.parse(Buffer.concat([position, decipher.final()]).toString())
    } catch {
      throw problem(400, 'validation_failed', 'Some fields are not valid', {
        errors: [{ pointer: '/cursor', message: 'is not a cursor of this list' }],
      })
    }
  }
}

function bytes(value: readonly unknown[]): Buffer {
  return Buffer.from(JSON.stringify(value))
}
