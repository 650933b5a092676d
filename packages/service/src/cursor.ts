import { problem } from './problem.ts'
import { Sealer } from './sealer.ts'

/**
 * Makes and reads page cursors. A cursor is sealed, because the sort key of a row may be a name and
 * cursors travel in URLs; and it is bound to a scope (hospital, route, filters), so that one of another
 * hospital or another list is refused rather than followed.
 */
export class CursorCodec {
  readonly #sealer: Sealer

  constructor(secret: string) {
    this.#sealer = new Sealer(secret, 'wardstone page cursor')
  }

  /** @param position the sort keys of the last row of the page */
  encode(scope: readonly unknown[], position: readonly unknown[]): string {
    return this.#sealer.seal(scope, position).toString('base64url')
  }

  /** @throws problem 400 for a cursor that was not made for this scope */
  decode(scope: readonly unknown[], cursor: string): unknown[] {
    try {
      const sealed = Buffer.from(cursor, 'base64url')
      // A last character can differ in bits that are no part of the bytes: there is one spelling only.
      if (sealed.toString('base64url') !== cursor) throw new Error('not as it was given')
      return this.#sealer.open(scope, sealed) as unknown[]
    } catch {
      throw problem(400, 'validation_failed', 'Some fields are not valid', {
        errors: [{ pointer: '/cursor', message: 'is not a cursor of this list' }],
      })
    }
  }
}
