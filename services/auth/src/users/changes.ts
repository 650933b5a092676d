import type { AuditEvent, Identity } from '@wardstone/contracts'
import type { Tenant, TenantDatabase } from '@wardstone/tenancy'
import type { Transaction } from 'kysely'
import type { Database } from '../database/schema.ts'
import { lastAdmin, notAnAdmin, notFound, roleExceedsOwn, staleMember } from '../errors.ts'
import { invitationWithdrawn } from '../invitations/events.ts'
import { InvitationRepository } from '../invitations/repository.ts'
import { revocationPeriod } from '../sessions/ending.ts'
import type { AccessTokens } from '../tokens/access-tokens.ts'
import * as events from './events.ts'
import { MembershipRepository } from './membership-repository.ts'
import { UserRepository } from './repository.ts'
import { type ChangeRefusal, changedFields, decide, isAdmin } from './rules.ts'
import type { Member, MemberChange } from './schemas.ts'

export interface UserChangesOptions {
  database: TenantDatabase<Database>
  accessTokens: Pick<AccessTokens, 'seconds'>
  recordAudit: (event: AuditEvent) => Promise<void>
}

interface Refused {
  refusal: ChangeRefusal
  version?: number
}

/** Changes what members may do; one that does not come about is on record before it is answered. */
export class UserChanges {
  readonly #options: UserChangesOptions

  constructor(options: UserChangesOptions) {
    this.#options = options
  }

  /** Approves, disables or gives another role, with effect on every session of the member. What changes nothing is a read. */
  async patch(identity: Identity, id: string, patch: MemberChange): Promise<Member> {
    const tenant = this.#options.database.tenant(identity)
    const result = await tenant.db
      .transaction()
      .execute((trx) => this.#change({ tenant, trx }, id, patch))
    if ('refusal' in result) return this.#refuse(identity, id, patch, result)
    const { member, isChanged } = result
    if (!isChanged) await this.#options.recordAudit(events.userRead(identity, id))
    return member
  }

  async #change(
    { tenant, trx }: { tenant: Tenant<Database>; trx: Transaction<Database> },
    id: string,
    patch: MemberChange,
  ): Promise<{ member: Member; isChanged: boolean } | Refused> {
    const { identity } = tenant
    const memberships = new MembershipRepository(tenant, trx)
    const locked = await memberships.lock([id, identity.user_id ?? id])
    const decision = decide(locked, id, patch, identity)
    if ('refusal' in decision) return decision

    const { before, after } = decision
    const fields = changedFields(before, after)
    if (fields.length > 0) {
      const period = revocationPeriod(this.#options.accessTokens.seconds)
      const event = events.userUpdated(identity, id, fields)
      await memberships.change(before, after, { period, event })
      if (after.status === 'disabled') await memberships.endSessions(id, period)
      // Else who is shown out could come back by an invitation of their own.
      if (!isAdmin(after)) {
        await new InvitationRepository(tenant, trx).withdrawAllOf(id, (invitationId) =>
          invitationWithdrawn(identity, invitationId),
        )
      }
    }
    const member = (await new UserRepository(tenant, trx).find(id)) as Member
    return { member, isChanged: fields.length > 0 }
  }

  async #refuse(
    identity: Identity,
    id: string,
    { role }: MemberChange,
    { refusal, version = 0 }: Refused,
  ): Promise<never> {
    const denied = refusal === 'role_exceeds_own' || refusal === 'not_admin'
    await this.#options.recordAudit(
      denied
        ? events.userChangeDenied(identity, id, refusal)
        : events.userAccessFailed(identity, 'user.updated', id, refusal),
    )
    throw {
      not_found: notFound,
      stale: () => staleMember(version),
      role_exceeds_own: () => roleExceedsOwn(role ?? 'of the user'),
      last_admin: lastAdmin,
      not_admin: notAnAdmin,
    }[refusal]()
  }
}
