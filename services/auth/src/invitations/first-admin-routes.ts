import type { Identity, InvitationCreated } from '@wardstone/contracts'
import type { ServicePlugin } from '@wardstone/service'
import type { SystemDatabase } from '@wardstone/tenancy'
import { v7 as uuidv7 } from 'uuid'
import { ownId } from '../accounts/caller.ts'
import { inNfc } from '../accounts/names.ts'
import type { Database } from '../database/schema.ts'
import { hasAdmin, notFound } from '../errors.ts'
import type { Repetitions } from '../repetitions.ts'
import { newCode } from './codes.ts'
import * as events from './events.ts'
import * as schemas from './schemas.ts'
import { SystemInvitationRepository } from './system-repository.ts'

export interface FirstAdminRoutesOptions {
  system: SystemDatabase<Database>
  repetitions: Repetitions
}

/**
 * `/api/invitations/first-admin`: the invitation that came with a new hospital was lost, or nobody
 * used it in time.
 */
export const firstAdminRoutes: ServicePlugin<FirstAdminRoutesOptions> = async (app, options) => {
  const { system, repetitions } = options
  const { recordAudit } = app

  app.post(
    '',
    {
      config: { permission: 'hospital.administer', idempotent: true, problems: [404, 409] },
      bodyLimit: 4096,
      schema: {
        body: schemas.NewFirstAdminInvitationSchema,
        response: { 201: schemas.InvitedSchema },
      },
    },
    async (request, reply) => {
      const { identity, body } = request
      const { hospital_id } = body
      const told = { ...identity, hospital_id }
      const made = { ...inNfc(body.admin), hospital_id, invited_by: ownId(request) }
      const invited = await repetitions
        .once([request, reply], system, {
          action: 'user.invited',
          change: ({ db }) => invite(new SystemInvitationRepository(db), told, made),
          entity: ({ id }) => ({ type: 'invitation', id }),
          hospital: () => hospital_id,
        })
        .catch(async (error) => {
          if (error.code === 'has_admin' || error.code === 'not_found')
            await recordAudit(events.invitingFailed(identity, hospital_id, error.code))
          throw error
        })
      reply.code(201)
      return invited
    },
  )
}

/** @throws problem 404 when there is no such hospital, 409 when it has an administrator */
async function invite(
  invitations: SystemInvitationRepository,
  told: Identity,
  made: Omit<InvitationCreated, 'id' | 'code_hash' | 'expires_at'>,
): Promise<schemas.Invited> {
  const { code, code_hash, expires_at } = newCode()
  const id = uuidv7()
  const refusal = await invitations.inviteFirstAdmin(
    { ...made, id, expires_at, code_hash: code_hash.toString('hex') },
    events.userInvited(told, id),
    (withdrawn) => events.invitationWithdrawn(told, withdrawn),
  )
  if (refusal) throw refusal === 'has_admin' ? hasAdmin() : notFound()
  return { id, code, email: made.email, role: 'admin', expires_at }
}
