import { setTimeout as sleep } from 'node:timers/promises'
import { closedInvitation } from '../errors.ts'
import type { KnownInvitation, SystemInvitationRepository } from './system-repository.ts'

/** How long, and by how many at once, is waited for an invitation that may be on its way here. */
export const PATIENCE = { intervalMs: 100, attempts: 20, waiting: 16 }

/**
 * Finds the invitation of a code. One that the hospital service made a moment ago may not have arrived
 * yet, so a code that nobody knows is looked for a while.
 */
export class InvitationDesk {
  readonly #invitations: Pick<SystemInvitationRepository, 'find'>
  #waiting = 0

  constructor(invitations: Pick<SystemInvitationRepository, 'find'>) {
    this.#invitations = invitations
  }

  /** @throws problem 400 that points at `/invitation_code`: the same bytes whatever is wrong with it */
  async open(code_hash: Buffer): Promise<KnownInvitation> {
    const found = (await this.#invitations.find(code_hash)) ?? (await this.#waitFor(code_hash))
    if (!found?.is_open) throw closedInvitation()
    return found
  }

  async #waitFor(code_hash: Buffer): Promise<KnownInvitation | undefined> {
    if (this.#waiting >= PATIENCE.waiting) return undefined
    this.#waiting += 1
    try {
      for (let attempt = 0; attempt < PATIENCE.attempts; attempt += 1) {
        await sleep(PATIENCE.intervalMs)
        const found = await this.#invitations.find(code_hash)
        if (found) return found
      }
      return undefined
    } finally {
      this.#waiting -= 1
    }
  }
}
