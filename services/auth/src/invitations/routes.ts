import { Type } from '@sinclair/typebox'
import { mayGrant, TimelineQuerySchema } from '@wardstone/contracts'
import { type CursorCodec, linkNext, type ServicePlugin } from '@wardstone/service'
import type { TenantDatabase } from '@wardstone/tenancy'
import type { FastifyRequest } from 'fastify'
import { v7 as uuidv7 } from 'uuid'
import { ownId } from '../accounts/caller.ts'
import type { Database } from '../database/schema.ts'
import { notAnAdmin, notFound, roleExceedsOwn } from '../errors.ts'
import { newCode } from './codes.ts'
import * as events from './events.ts'
import { listInvitations } from './pages.ts'
import { InvitationRepository } from './repository.ts'
import * as schemas from './schemas.ts'

export interface InvitationRoutesOptions {
  database: TenantDatabase<Database>
  cursors: CursorCodec
}

/**
 * `/api/invitations`: who is invited into the caller's hospital. Nothing here depends on whether the
 * address belongs to an account.
 */
export const invitationRoutes: ServicePlugin<InvitationRoutesOptions> = async (app, options) => {
  const { database, cursors } = options
  const { recordAudit } = app
  const tenant = (request: FastifyRequest) => database.tenant(request.identity)

  app.post(
    '',
    {
      config: { permission: 'user.manage' },
      bodyLimit: 4096,
      schema: { body: schemas.NewInvitationSchema, response: { 201: schemas.InvitedSchema } },
    },
    async (request, reply) => {
      const { identity, body } = request
      const { role } = body
      const email = body.email.normalize('NFC')
      if (!mayGrant(identity.role, role)) {
        await recordAudit(events.invitingDenied(identity, 'role_exceeds_own'))
        throw roleExceedsOwn(role)
      }
      const { code, code_hash, expires_at } = newCode()
      const id = uuidv7()
      const row = { id, email, role, code_hash, expires_at, invited_by: ownId(request) }
      const event = events.userInvited(identity, id)
      if (!(await new InvitationRepository(tenant(request)).create(row, event))) {
        await recordAudit(events.invitingDenied(identity, 'not_admin'))
        throw notAnAdmin()
      }
      reply.code(201)
      return { id, code, email, role, expires_at }
    },
  )

  app.get(
    '',
    {
      config: { permission: 'user.manage' },
      schema: {
        querystring: TimelineQuerySchema,
        response: { 200: schemas.InvitationPageSchema },
      },
    },
    async (request, reply) => {
      const page = await listInvitations(tenant(request), cursors, request.query)
      await recordAudit(events.invitationsListed(request.identity))
      linkNext(request, reply, page)
      return page
    },
  )

  app.delete(
    '/:id',
    {
      config: { permission: 'user.manage', problems: [404] },
      schema: { params: schemas.InvitationParamsSchema, response: { 204: Type.Null() } },
    },
    async (request, reply) => {
      const { identity, params } = request
      const event = events.invitationWithdrawn(identity, params.id)
      if (!(await new InvitationRepository(tenant(request)).withdraw(params.id, event))) {
        await recordAudit(events.withdrawalFailed(identity, params.id))
        throw notFound()
      }
      return reply.code(204).send(null)
    },
  )
}
