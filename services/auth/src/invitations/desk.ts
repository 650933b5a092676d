import { setTimeout as sleep } from 'node:timers/promises'
import type { Door } from '../accounts/doors.ts'
import { closedHospital, closedInvitation, missingFields, twoDoors } from '../errors.ts'
import { hashOf } from '../tokens/refresh-tokens.ts'
import { isCode } from './codes.ts'
import type { KnownInvitation, SystemInvitationRepository } from './system-repository.ts'

/** How long, and by how many at once, is waited for an invitation that may be on its way here. */
export const PATIENCE = { intervalMs: 100, attempts: 20, waiting: 16 }

/** How somebody says that they get into a hospital: exactly one of the two. */
export interface Asking {
  hospital_id?: string
  invitation_code?: string
}

/** The door that somebody asks to go through, and what is said when it turns out to be closed. */
export interface FoundDoor {
  door: Door
  hospital_id: string
  invitation: KnownInvitation | undefined
  closed: () => Error
}

/**
 * Where one says how one gets into a hospital. The invitation of a code that the hospital service made
 * a moment ago may not have arrived yet, so a code that nobody knows is looked for a while.
 */
export class InvitationDesk {
  readonly #invitations: Pick<SystemInvitationRepository, 'find'>
  #waiting = 0

  constructor(invitations: Pick<SystemInvitationRepository, 'find'>) {
    this.#invitations = invitations
  }

  /**
   * @throws problem 400 when it is not exactly one of the two, or no code that is good: the same bytes
   * whatever is wrong with it
   */
  async find({ hospital_id, invitation_code }: Asking): Promise<FoundDoor> {
    if (invitation_code === undefined) {
      if (hospital_id === undefined) throw missingFields(['hospital_id'])
      return { door: { hospital_id }, hospital_id, invitation: undefined, closed: closedHospital }
    }
    if (hospital_id !== undefined) throw twoDoors()
    const closed = closedInvitation
    if (!isCode(invitation_code)) throw closed()
    const code_hash = hashOf(invitation_code)
    const invitation = await this.#open(code_hash)
    return { door: { code_hash }, hospital_id: invitation.hospital_id, invitation, closed }
  }

  async #open(code_hash: Buffer): Promise<KnownInvitation> {
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
