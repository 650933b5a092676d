import { Type } from '@sinclair/typebox'
import { TimelineQuerySchema } from '@wardstone/contracts'
import { type CursorCodec, linkNext, type ServicePlugin } from '@wardstone/service'
import type { FastifyRequest } from 'fastify'
import { notFound } from '../errors.ts'
import * as events from './events.ts'
import { Inviting, type InvitingOptions } from './inviting.ts'
import { listInvitations } from './pages.ts'
import { InvitationRepository } from './repository.ts'
import * as schemas from './schemas.ts'

export interface InvitationRoutesOptions extends Omit<InvitingOptions, 'recordAudit'> {
  cursors: CursorCodec
}

/**
 * `/api/invitations`: who is invited into the caller's hospital. Nothing here depends on whether the
 * address belongs to an account.
 */
export const invitationRoutes: ServicePlugin<InvitationRoutesOptions> = async (app, options) => {
  const { database, cursors } = options
  const { recordAudit } = app
  const inviting = new Inviting({ ...options, recordAudit })
  const tenant = (request: FastifyRequest) => database.tenant(request.identity)

  app.post(
    '',
    {
      config: { permission: 'user.manage', idempotent: true, problems: [409] },
      bodyLimit: 4096,
      schema: { body: schemas.NewInvitationSchema, response: { 201: schemas.InvitedSchema } },
    },
    async (request, reply) => {
      const invited = await inviting.invite(request, reply, request.body)
      reply.code(201)
      return invited
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
