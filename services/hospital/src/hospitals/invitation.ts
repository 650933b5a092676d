import { createHash, randomBytes } from 'node:crypto'
import type { InvitationCreated } from '@wardstone/contracts'
import { v7 as uuidv7 } from 'uuid'

const VALID_MS = 72 * 60 * 60 * 1000

/** An invitation as others learn of it, and the code that only the one who invites is shown. */
export interface Invitation extends Pick<InvitationCreated, 'id' | 'code_hash' | 'expires_at'> {
  code: string
}

/** A new invitation: its code is 256 random bits. */
export function newInvitation(now = Date.now()): Invitation {
  const code = randomBytes(32).toString('base64url')
  return {
    id: uuidv7(),
    code,
    code_hash: createHash('sha256').update(code).digest('hex'),
    expires_at: new Date(now + VALID_MS).toISOString(),
  }
}
