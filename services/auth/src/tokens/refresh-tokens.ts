import { createHash, createHmac, randomBytes } from 'node:crypto'

const BYTES = 32

/** A refresh token, and the only thing that is kept of it. */
export interface RefreshToken {
  token: string
  hash: Buffer
}

/** A token that takes the place of another, and what its parent's row keeps to make it again. */
export interface Successor extends RefreshToken {
  salt: Buffer
}

/** What the database knows a token by. */
export function hashOf(token: string): Buffer {
  return createHash('sha256').update(token).digest()
}

/** A new token: 256 random bits, opaque to its holder. */
export function newRefreshToken(): RefreshToken {
  const token = randomBytes(BYTES).toString('base64url')
  return { token, hash: hashOf(token) }
}

/** The successor of `parent`. */
export function newSuccessor(parent: string): Successor {
  return successorFrom(parent, randomBytes(BYTES))
}

/**
 * The successor that was made with `salt`. It takes both the parent, which only its holder has, and
 * the salt, which only the database has: neither alone gives a token.
 */
export function successorFrom(parent: string, salt: Buffer): Successor {
  const token = createHmac('sha256', parent).update(salt).digest('base64url')
  return { token, hash: hashOf(token), salt }
}
