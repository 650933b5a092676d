import type { AuditEvent, Identity } from '@wardstone/contracts'
import type { SystemDatabase } from '@wardstone/tenancy'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { ownId } from '../accounts/caller.ts'
import type { SystemAccountRepository } from '../accounts/repository.ts'
import type { Database } from '../database/schema.ts'
import { changedMeanwhile, unauthenticated, weakPassword, wrongCurrentPassword } from '../errors.ts'
import type { Repetitions } from '../repetitions.ts'
import type { Throttle } from '../throttling/throttle.ts'
import type { AccessTokens } from '../tokens/access-tokens.ts'
import * as events from './events.ts'
import type { Passwords } from './passwords.ts'
import { checkPassword } from './rules.ts'
import type { PasswordChangeBody } from './schemas.ts'
import { SystemPasswordRepository } from './system-repository.ts'

export interface OwnPasswordOptions {
  accounts: SystemAccountRepository
  passwords: Passwords
  throttle: Throttle
  passwordMinLength: number
  accessTokens: Pick<AccessTokens, 'seconds'>
  system: SystemDatabase<Database>
  repetitions: Repetitions
  recordAudit: (event: AuditEvent) => Promise<void>
}

/** Changes the password of whoever knows it. What does not come about is on record before it is answered. */
export class OwnPassword {
  readonly #options: OwnPasswordOptions

  constructor(options: OwnPasswordOptions) {
    this.#options = options
  }

  /** Once, if the request has a key. */
  async change(
    request: FastifyRequest,
    reply: FastifyReply,
    body: PasswordChangeBody,
  ): Promise<null> {
    const { system, repetitions, accessTokens, recordAudit } = this.#options
    const { identity } = request
    const id = ownId(request)
    const lost = changedMeanwhile()
    return repetitions
      .once([request, reply], system, {
        action: 'auth.password_changed',
        entity: () => ({ type: 'user', id }),
        prepare: () => this.#prove(identity, id, body),
        change: async ({ db }, hashes) => {
          const event = events.passwordChanged(identity, id)
          const passwordChanges = new SystemPasswordRepository(db, accessTokens.seconds)
          const change = { account_id: id, identity, ...hashes, event }
          if (!(await passwordChanges.change(change))) throw lost
          return null
        },
      })
      .catch(async (error) => {
        if (error === lost)
          await recordAudit(events.passwordNotChanged(identity, id, 'changed_meanwhile'))
        throw error
      })
  }

  /** Holds the current password against the account's. */
  async #prove(identity: Identity, id: string, body: PasswordChangeBody) {
    const { accounts, passwords, throttle, passwordMinLength } = this.#options
    const { current_password, new_password } = body
    const account = await accounts.findWithHash(id)
    if (!account) throw unauthenticated()
    checkPassword(new_password, account, passwordMinLength, '/new_password')
    if (new_password.normalize('NFC') === current_password.normalize('NFC')) {
      throw weakPassword('/new_password', 'must differ from the current one')
    }
    const { password_hash: old_hash } = account
    await throttle.guard(account.username, identity.ip, async (attempt) => {
      if (await passwords.verify(current_password, old_hash)) return attempt.succeeded()
      await attempt.failed(events.passwordNotChanged(identity, id, 'wrong_password'))
      throw wrongCurrentPassword()
    })
    return { old_hash, new_hash: await passwords.hash(new_password) }
  }
}
