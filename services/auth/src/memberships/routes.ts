import type { ServicePlugin } from '@wardstone/service'
import { ownId } from '../accounts/caller.ts'
import { uniqueOrProblem } from '../accounts/conflicts.ts'
import type { InvitationDesk } from '../invitations/desk.ts'
import { SignedInSchema } from '../sessions/schemas.ts'
import * as events from './events.ts'
import * as schemas from './schemas.ts'
import { Switching, type SwitchingOptions } from './switching.ts'
import type { SystemMembershipRepository } from './system-repository.ts'

export interface MembershipRoutesOptions extends Omit<SwitchingOptions, 'recordAudit'> {
  memberships: SystemMembershipRepository
  desk: InvitationDesk
}

/** `/api/auth/memberships` and `/switch`: a person in more than one hospital. */
export const membershipRoutes: ServicePlugin<MembershipRoutesOptions> = async (app, options) => {
  const { memberships, desk } = options
  const switching = new Switching({ ...options, recordAudit: app.recordAudit })

  app.post(
    '/memberships',
    {
      config: { permission: 'account.self', choosesHospital: true, problems: [409] },
      bodyLimit: 4096,
      schema: { body: schemas.JoiningSchema, response: { 201: schemas.JoinedSchema } },
    },
    async (request, reply) => {
      const found = await desk.find(request.body)
      const event = events.joined(request.identity, found)
      const joining = memberships.join(ownId(request), found.door, event)
      const joined = await uniqueOrProblem(joining)
      if (!joined) throw found.closed()
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
