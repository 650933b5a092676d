import { expectedVersion, type ServicePlugin, sendVersioned } from '@wardstone/service'
import type { FastifyRequest } from 'fastify'
import { staleProfile, unauthenticated } from '../errors.ts'
import { homeOf, ownId } from './caller.ts'
import { uniqueOrProblem } from './conflicts.ts'
import * as events from './events.ts'
import { membershipIn } from './memberships.ts'
import { inNfc } from './names.ts'
import { type RegistrationOptions, Registrations } from './registration.ts'
import type { Account, SystemAccountRepository } from './repository.ts'
import { toUser } from './rules.ts'
import * as schemas from './schemas.ts'

export interface AccountRoutesOptions extends RegistrationOptions {
  accounts: SystemAccountRepository
}

/** `/api/auth/register` and `/api/auth/profile`: one's own account. */
export const accountRoutes: ServicePlugin<AccountRoutesOptions> = async (app, options) => {
  const { accounts } = options
  const registrations = new Registrations(options)

  app.post(
    '/register',
    {
      config: { public: true, idempotent: 'by_body', problems: [409] },
      bodyLimit: 4096,
      schema: { body: schemas.RegistrationSchema, response: { 201: schemas.RegisteredSchema } },
    },
    async (request, reply) => {
      const registered = await registrations.register(request, reply, request.body)
      reply.code(201)
      return registered
    },
  )

  app.get(
    '/profile',
    {
      config: { permission: 'account.read', alwaysWhole: true },
      schema: { response: { 200: schemas.UserSchema } },
    },
    async (request, reply) => {
      const account = await accounts.find(ownId(request))
      return sendVersioned(reply, asSignedIn(request, account))
    },
  )

  app.patch(
    '/profile',
    {
      config: { permission: 'account.self', problems: [409, 412] },
      bodyLimit: 4096,
      schema: { body: schemas.ProfilePatchSchema, response: { 200: schemas.UserSchema } },
    },
    async (request, reply) => {
      const { identity } = request
      const id = ownId(request)
      const { version: _, ...patch } = inNfc(request.body)
      const change = {
        version: expectedVersion(request),
        event: events.profileUpdated(identity, id),
      }
      const changed = await uniqueOrProblem(accounts.update(id, patch, change)).catch(
        async (error) => {
          if (error.code === 'email_taken') {
            await app.recordAudit(events.profileUpdateFailed(identity, id, 'email_taken'))
          }
          throw error
        },
      )
      if (changed) return sendVersioned(reply, asSignedIn(request, changed))
      const current = asSignedIn(request, await accounts.find(id))
      await app.recordAudit(events.profileUpdateFailed(identity, id, 'stale'))
      throw staleProfile(current.version)
    },
  )
}

/** The account as what the caller's token stands for. */
function asSignedIn({ identity }: FastifyRequest, account: Account | undefined): schemas.User {
  const member = account && membershipIn(account.memberships, homeOf(identity))
  if (!account || !member) throw unauthenticated()
  const { hospital_id, hospital_name } = identity
  const glass = hospital_id !== null && hospital_name !== null && { hospital_id, hospital_name }
  return toUser(account, member, identity.break_glass && glass ? glass : null)
}
