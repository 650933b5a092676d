import { type AuditEvent, type Identity, PLATFORM_HOSPITAL_ID } from '@wardstone/contracts'
import { membershipIn } from '../accounts/memberships.ts'
import type { SystemAccountRepository } from '../accounts/repository.ts'
import { hospitalMismatch, unauthenticated } from '../errors.ts'
import type { Entry } from '../sessions/entry.ts'
import * as events from '../sessions/events.ts'
import type { SignedIn } from '../sessions/schemas.ts'

export interface SwitchingOptions {
  accounts: SystemAccountRepository
  entry: Entry
  recordAudit: (event: AuditEvent) => Promise<void>
}

/** Lets a person go on as another of their memberships, in a session of its own. */
export class Switching {
  readonly #options: SwitchingOptions

  constructor(options: SwitchingOptions) {
    this.#options = options
  }

  /**
   * @param hospital_id null for the platform's membership
   * @throws problem 403: of a hospital that is not there as of one whose member they are not
   */
  async to(identity: Identity, hospital_id: string | null): Promise<SignedIn> {
    const { accounts, entry, recordAudit } = this.#options
    const { user_id, session_id } = identity
    const account = user_id === null ? undefined : await accounts.find(user_id)
    if (!account || session_id === null) throw unauthenticated()
    const member =
      hospital_id === PLATFORM_HOSPITAL_ID
        ? undefined
        : membershipIn(account.memberships, hospital_id ?? PLATFORM_HOSPITAL_ID)
    if (!member) {
      await recordAudit(events.switchRefused(identity))
      throw hospitalMismatch()
    }
    const person = { account, member }
    await entry.check(member, (reason) => events.switchDenied(identity, person, reason))
    return entry.open(identity, { ...person, from_session: session_id }, (id) =>
      events.switched(identity, person, id),
    )
  }
}
