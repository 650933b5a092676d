import { type AuditEvent, mayGrant } from '@wardstone/contracts'
import { ProblemError } from '@wardstone/service'
import type { Tenant, TenantDatabase } from '@wardstone/tenancy'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { v7 as uuidv7 } from 'uuid'
import { ownId } from '../accounts/caller.ts'
import type { Database } from '../database/schema.ts'
import { notAnAdmin, roleExceedsOwn } from '../errors.ts'
import type { Repetitions } from '../repetitions.ts'
import { newCode } from './codes.ts'
import * as events from './events.ts'
import { InvitationRepository } from './repository.ts'
import type { Invited, NewInvitation } from './schemas.ts'

export interface InvitingOptions {
  database: TenantDatabase<Database>
  repetitions: Repetitions
  recordAudit: (event: AuditEvent) => Promise<void>
}

/** Invites into the caller's hospital; once, if the request has a key. A denial is on record before it is answered. */
export class Inviting {
  readonly #options: InvitingOptions

  constructor(options: InvitingOptions) {
    this.#options = options
  }

  /** @throws problem 403 when the role is above the caller's, or the caller is no administrator any more */
  async invite(
    request: FastifyRequest,
    reply: FastifyReply,
    { email, role }: NewInvitation,
  ): Promise<Invited> {
    const { database, repetitions, recordAudit } = this.#options
    const { identity } = request
    if (!mayGrant(identity.role, role)) {
      await recordAudit(events.invitingDenied(identity, 'role_exceeds_own'))
      throw roleExceedsOwn(role)
    }
    const invitation = { email: email.normalize('NFC'), role, invited_by: ownId(request) }
    try {
      return await repetitions.once([request, reply], database.tenant(identity), {
        action: 'user.invited',
        entity: ({ id }) => ({ type: 'invitation', id }),
        change: (tenant) => store(tenant, invitation),
      })
    } catch (error) {
      if (error instanceof ProblemError && error.code === 'forbidden') {
        await recordAudit(events.invitingDenied(identity, 'not_admin'))
      }
      throw error
    }
  }
}

async function store(
  tenant: Tenant<Database>,
  { invited_by, ...shown }: NewInvitation & { invited_by: string },
): Promise<Invited> {
  const { code, code_hash, expires_at } = newCode()
  const id = uuidv7()
  const row = { id, ...shown, code_hash, expires_at, invited_by }
  const event = events.userInvited(tenant.identity, id)
  if (!(await new InvitationRepository(tenant).create(row, event))) throw notAnAdmin()
  return { id, code, ...shown, expires_at }
}
