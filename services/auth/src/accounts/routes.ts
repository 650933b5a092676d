import { PLATFORM_HOSPITAL_ID } from '@wardstone/contracts'
import { expectedVersion, type ServicePlugin, sendVersioned } from '@wardstone/service'
import type { FastifyRequest } from 'fastify'
import { v7 as uuidv7 } from 'uuid'
import { closedHospital, staleProfile, unauthenticated } from '../errors.ts'
import type { Passwords } from '../passwords/passwords.ts'
import { checkPassword } from '../passwords/rules.ts'
import { asMember, ownId } from './caller.ts'
import { namingConflicts } from './conflicts.ts'
import * as events from './events.ts'
import { membershipIn } from './memberships.ts'
import type { Account, SystemAccountRepository } from './repository.ts'
import { toUser } from './rules.ts'
import * as schemas from './schemas.ts'

export interface AccountRoutesOptions {
  accounts: SystemAccountRepository
  passwords: Passwords
  passwordMinLength: number
}

/** `/api/auth/register` and `/api/auth/profile`: one's own account. */
export const accountRoutes: ServicePlugin<AccountRoutesOptions> = async (app, options) => {
  const { accounts, passwords, passwordMinLength } = options

  app.post(
    '/register',
    {
      config: { public: true, problems: [409] },
      bodyLimit: 4096,
      schema: { body: schemas.RegistrationSchema, response: { 201: schemas.RegisteredSchema } },
    },
    async (request, reply) => {
      const { password, ...fields } = inNfc(request.body)
      checkPassword(password, fields, passwordMinLength)
      const account = { ...fields, id: uuidv7(), password_hash: await passwords.hash(password) }
      const event = events.userRegistered(request.identity, account.id, account.hospital_id)
      const registered = await namingConflicts(accounts.register(account, event))
      if (!registered) throw closedHospital()
      reply.code(201)
      return { ...account, role: 'staff' as const, status: 'pending' as const }
    },
  )

  app.get(
    '/profile',
    { config: { permission: 'account.self' }, schema: { response: { 200: schemas.UserSchema } } },
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
      const changed = await namingConflicts(accounts.update(id, patch, change)).catch(
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

/** The account as the membership that the caller's token stands for. */
function asSignedIn({ identity }: FastifyRequest, account: Account | undefined): schemas.User {
  const hospitalId = asMember(identity).hospital_id ?? PLATFORM_HOSPITAL_ID
  const member = account && membershipIn(account.memberships, hospitalId)
  if (!account || !member) throw unauthenticated()
  return toUser(account, member)
}

/** Text in the one of its spellings in bytes that is compared and stored (NFC). */
function inNfc<T extends object>(body: T): T {
  return Object.fromEntries(
    Object.entries(body).map(([name, value]) => [
      name,
      typeof value === 'string' ? value.normalize('NFC') : value,
    ]),
  ) as T
}
