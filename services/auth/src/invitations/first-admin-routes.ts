import type { ServicePlugin } from '@wardstone/service'
import { v7 as uuidv7 } from 'uuid'
import { ownId } from '../accounts/caller.ts'
import { inNfc } from '../accounts/names.ts'
import { hasAdmin, notFound } from '../errors.ts'
import { newCode } from './codes.ts'
import * as events from './events.ts'
import * as schemas from './schemas.ts'
import type { SystemInvitationRepository } from './system-repository.ts'

export interface FirstAdminRoutesOptions {
  invitations: SystemInvitationRepository
}

/**
 * `/api/invitations/first-admin`: the invitation that came with a new hospital was lost, or nobody
 * used it in time.
 */
export const firstAdminRoutes: ServicePlugin<FirstAdminRoutesOptions> = async (app, options) => {
  const { recordAudit } = app

  app.post(
    '',
    {
      config: { permission: 'hospital.administer', problems: [404, 409] },
      bodyLimit: 4096,
      schema: {
        body: schemas.NewFirstAdminInvitationSchema,
        response: { 201: schemas.InvitedSchema },
      },
    },
    async (request, reply) => {
      const { identity, body } = request
      const { hospital_id } = body
      const names = inNfc(body.admin)
      const { code, code_hash, expires_at } = newCode()
      const id = uuidv7()
      const refusal = await options.invitations.inviteFirstAdmin(
        {
          ...names,
          ...{ id, hospital_id, invited_by: ownId(request), expires_at },
          code_hash: code_hash.toString('hex'),
        },
        events.userInvited({ ...identity, hospital_id }, id),
        (withdrawn) => events.invitationWithdrawn({ ...identity, hospital_id }, withdrawn),
      )
      if (refusal) {
        await recordAudit(events.invitingFailed(identity, hospital_id, refusal))
        throw refusal === 'has_admin' ? hasAdmin() : notFound()
      }
      reply.code(201)
      return { id, code, email: names.email, role: 'admin' as const, expires_at }
    },
  )
}
