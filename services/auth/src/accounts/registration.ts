import type { Identity } from '@wardstone/contracts'
import type { SystemDatabase } from '@wardstone/tenancy'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { v7 as uuidv7 } from 'uuid'
import type { Database } from '../database/schema.ts'
import { missingFields } from '../errors.ts'
import type { InvitationDesk } from '../invitations/desk.ts'
import type { KnownInvitation } from '../invitations/system-repository.ts'
import type { Passwords } from '../passwords/passwords.ts'
import { checkPassword } from '../passwords/rules.ts'
import type { Repetitions } from '../repetitions.ts'
import { uniqueOrProblem } from './conflicts.ts'
import { userRegistered } from './events.ts'
import { inNfc } from './names.ts'
import { SystemAccountRepository } from './repository.ts'
import type { Registered, Registration } from './schemas.ts'

export interface RegistrationOptions {
  system: SystemDatabase<Database>
  repetitions: Repetitions
  desk: InvitationDesk
  passwords: Passwords
  passwordMinLength: number
}

const NAMES = ['username', 'email', 'first_name', 'last_name'] as const
type Names = Record<(typeof NAMES)[number], string>

/**
 * Makes accounts: of somebody who asks to be let in, or of somebody who was invited; once, if the
 * request has a key.
 */
export class Registrations {
  readonly #options: RegistrationOptions

  constructor(options: RegistrationOptions) {
    this.#options = options
  }

  /** @throws problem 400 that says what is missing or wrong, 409 when the names are somebody's already */
  register(request: FastifyRequest, reply: FastifyReply, body: Registration): Promise<Registered> {
    const { system, repetitions } = this.#options
    return repetitions.once([request, reply], system, {
      action: 'user.registered',
      entity: ({ id }) => ({ type: 'user', id }),
      hospital: ({ hospital_id }) => hospital_id,
      prepare: () => this.#prepare(request.identity, body),
      change: async ({ db }, { account, door, event, closed }) => {
        const registering = new SystemAccountRepository(db).register(account, door, event)
        const entering = await uniqueOrProblem(registering)
        if (!entering) throw closed()
        const { id, username, email, first_name, last_name } = account
        return { id, username, email, first_name, last_name, ...entering }
      },
    })
  }

  async #prepare(identity: Identity, body: Registration) {
    const { desk, passwords, passwordMinLength } = this.#options
    const { password, phone, ...given } = inNfc(body)
    const { door, hospital_id, invitation, closed } = await desk.find(body)
    const names = complete(given, invitation)
    checkPassword(password, names, passwordMinLength)

    const id = uuidv7()
    const account = { ...names, phone, id, password_hash: await passwords.hash(password) }
    return { account, door, closed, event: userRegistered(identity, id, hospital_id) }
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
