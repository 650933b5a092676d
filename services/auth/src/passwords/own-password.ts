import type { AuditEvent, Identity } from '@wardstone/contracts'
import type { SystemAccountRepository } from '../accounts/repository.ts'
import { changedMeanwhile, unauthenticated, weakPassword, wrongCurrentPassword } from '../errors.ts'
import type { Throttle } from '../throttling/throttle.ts'
import * as events from './events.ts'
import type { Passwords } from './passwords.ts'
import { checkPassword } from './rules.ts'
import type { PasswordChangeBody } from './schemas.ts'
import type { SystemPasswordRepository } from './system-repository.ts'

export interface OwnPasswordOptions {
  accounts: SystemAccountRepository
  passwordChanges: SystemPasswordRepository
  passwords: Passwords
  throttle: Throttle
  passwordMinLength: number
  recordAudit: (event: AuditEvent) => Promise<void>
}

/** Changes the password of whoever knows it. What does not come about is on record before it is answered. */
export class OwnPassword {
  readonly #options: OwnPasswordOptions

  constructor(options: OwnPasswordOptions) {
    this.#options = options
  }

  async change(identity: Identity, id: string, body: PasswordChangeBody): Promise<void> {
    const { accounts, passwordChanges, passwords, throttle, passwordMinLength, recordAudit } =
      this.#options
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
    const new_hash = await passwords.hash(new_password)
    const event = events.passwordChanged(identity, id)
    if (await passwordChanges.change({ account_id: id, identity, old_hash, new_hash, event }))
      return
    await recordAudit(events.passwordNotChanged(identity, id, 'changed_meanwhile'))
    throw changedMeanwhile()
  }
}
