import { createHmac, hkdfSync, timingSafeEqual } from 'node:crypto'
import { problem } from './problem.ts'

/**
 * Makes and reads page cursors: `<position>.<signature>`, signed with a key derived from the
 * service's secret and bound to a scope (hospital, route, filters), so that a cursor of another
 * hospital or another list is refused rather than followed.
 */
export class CursorCodec {
  readonly #key: Buffer

  constructor(secret: string) {
    this.#key = Buffer.from(hkdfSync('sha256', secret, '', 'wardstone page cursor', 32))
  }

  /** @param position the sort keys of the last row of the page */
  encode(scope: readonly unknown[], position: readonly unknown[]): string {
    const body = Buffer.from(JSON.stringify(position)).toString('base64url')
    return `${body}.${this.#sign(scope, body)}`
  }

  /** @throws problem 400 for a cursor that was not made for this scope */
  decode(scope: readonly unknown[], cursor: string): unknown[] {
    const [body = '', signature = ''] = cursor.split('.')
    const given = Buffer.from(signature)
    const expected = Buffer.from(this.#sign(scope, body))
    if (given.length !== expected.length || !timingSafeEqual(given, expected)) {
      throw problem(400, 'validation_failed', 'Some fields are not valid', {
        errors: [{ pointer: '/cursor', message: 'is not a cursor of this list' }],
      })
    }
    return JSON.parse(Buffer.from(body, 'base64url').toString())
  }

  #sign(scope: readonly unknown[], body: string): string {
    return createHmac('sha256', this.#key)
      .update(JSON.stringify([scope, body]))
      .digest('base64url')
      .slice(0, 27)
  }
}
