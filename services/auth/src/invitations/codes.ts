import { randomBytes } from 'node:crypto'
import { hashOf } from '../tokens/refresh-tokens.ts'

const VALID_MS = 72 * 60 * 60 * 1000

/** 256 random bits in base64url. */
const CODE = /^[A-Za-z0-9_-]{43}$/

/** False for a text that no invitation's code can be. */
export function isCode(text: string): boolean {
  return CODE.test(text)
}

/** A new code, which the inviter is shown once, what is kept of it, and until when it is good. */
export function newCode(now = Date.now()) {
  const code = randomBytes(32).toString('base64url')
  return { code, code_hash: hashOf(code), expires_at: new Date(now + VALID_MS).toISOString() }
}
