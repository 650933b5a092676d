import type { ServicePlugin } from '@wardstone/service'
import type { SystemDatabase } from '@wardstone/tenancy'
import { ownId } from '../accounts/caller.ts'
import { uniqueOrProblem } from '../accounts/conflicts.ts'
import type { Database } from '../database/schema.ts'
import type { InvitationDesk } from '../invitations/desk.ts'
import type { Repetitions } from '../repetitions.ts'
import { SignedInSchema } from '../sessions/schemas.ts'
import * as events from './events.ts'
import * as schemas from './schemas.ts'
import { Switching, type SwitchingOptions } from './switching.ts'
import { SystemMembershipRepository } from './system-repository.ts'

export interface MembershipRoutesOptions extends Omit<SwitchingOptions, 'recordAudit'> {
  desk: InvitationDesk
  system: SystemDatabase<Database>
  repetitions: Repetitions
}

/** `/api/auth/memberships` and `/switch`: a person in more than one hospital. */
export const membershipRoutes: ServicePlugin<MembershipRoutesOptions> = async (app, options) => {
  const { desk, system, repetitions } = options
  const switching = new Switching({ ...options, recordAudit: app.recordAudit })

  app.post(
    '/memberships',
    {
      config: {
        permission: 'account.self',
        choosesHospital: true,
        idempotent: true,
        problems: [409],
      },
      bodyLimit: 4096,
      schema: { body: schemas.JoiningSchema, response: { 201: schemas.JoinedSchema } },
    },
    async (request, reply) => {
      const { identity, body } = request
      const id = ownId(request)
      const joined = await repetitions.once([request, reply], system, {
        action: 'user.joined',
        prepare: () => desk.find(body),
        change: async ({ db }, found) => {
          const memberships = new SystemMembershipRepository(db)
          const joining = memberships.join(id, found.door, events.joined(identity, found))
          const made = await uniqueOrProblem(joining)
          if (!made) throw found.closed()
          return made
        },
        entity: () => ({ type: 'user', id }),
      })
      reply.code(201)
      return joined
    },
  )

  app.post(
    '/switch',
    {
      config: { permission: 'account.self', choosesHospital: true },
      bodyLimit: 4096,
      schema: { body: schemas.SwitchSchema, response: { 200: SignedInSchema } },
    },
    (request) => switching.to(request.identity, request.body.hospital_id),
  )
}
