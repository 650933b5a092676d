import type { Identity } from '@wardstone/contracts'
import { v7 as uuidv7 } from 'uuid'
import { missingFields } from '../errors.ts'
import type { InvitationDesk } from '../invitations/desk.ts'
import type { KnownInvitation } from '../invitations/system-repository.ts'
import type { Passwords } from '../passwords/passwords.ts'
import { checkPassword } from '../passwords/rules.ts'
import { uniqueOrProblem } from './conflicts.ts'
import { userRegistered } from './events.ts'
import { inNfc } from './names.ts'
import type { SystemAccountRepository } from './repository.ts'
import type { Registered, Registration } from './schemas.ts'

export interface RegistrationOptions {
  accounts: SystemAccountRepository
  desk: InvitationDesk
  passwords: Passwords
  passwordMinLength: number
}

const NAMES = ['username', 'email', 'first_name', 'last_name'] as const
type Names = Record<(typeof NAMES)[number], string>

/** Makes accounts: of somebody who asks to be let in, or of somebody who was invited. */
export class Registrations {
  readonly #options: RegistrationOptions

  constructor(options: RegistrationOptions) {
    this.#options = options
  }

  /** @throws problem 400 that says what is missing or wrong, 409 when the names are somebody's already */
  async register(identity: Identity, body: Registration): Promise<Registered> {
    const { accounts, desk, passwords, passwordMinLength } = this.#options
    const { password, phone, ...given } = inNfc(body)
    const { door, hospital_id, invitation, closed } = await desk.find(body)
    const names = complete(given, invitation)
    checkPassword(password, names, passwordMinLength)

    const id = uuidv7()
    const account = { ...names, phone, id, password_hash: await passwords.hash(password) }
    const event = userRegistered(identity, id, hospital_id)
    const entering = await uniqueOrProblem(accounts.register(account, door, event))
    if (!entering) throw closed()
    return { id, ...names, ...entering }
  }
}

/** The names of a person, of which the platform's invitation has what they left out. */
function complete(given: Partial<Names>, invitation: KnownInvitation | undefined): Names {
  const isOfPlatform = invitation !== undefined && invitation.username !== null
  const names = { ...(isOfPlatform ? invitation : {}), ...given }
  const missing = NAMES.filter((name) => typeof names[name] !== 'string')
  if (missing.length > 0) throw missingFields(missing)
  const { username, email, first_name, last_name } = names as Names
  return inNfc({ username, email, first_name, last_name })
}
