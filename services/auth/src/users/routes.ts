import {
  type CursorCodec,
  expectedVersion,
  linkNext,
  type ServicePlugin,
  sendVersioned,
} from '@wardstone/service'
import type { TenantDatabase } from '@wardstone/tenancy'
import type { FastifyRequest } from 'fastify'
import type { Database } from '../database/schema.ts'
import { notFound } from '../errors.ts'
import type { AccessTokens } from '../tokens/access-tokens.ts'
import { UserChanges } from './changes.ts'
import * as events from './events.ts'
import { listMembers } from './pages.ts'
import { UserRepository } from './repository.ts'
import * as schemas from './schemas.ts'

export interface UserRoutesOptions {
  database: TenantDatabase<Database>
  accessTokens: Pick<AccessTokens, 'seconds'>
  cursors: CursorCodec
}

/** `/api/users`: the members of the caller's hospital. */
export const userRoutes: ServicePlugin<UserRoutesOptions> = async (app, options) => {
  const { database, cursors } = options
  const { recordAudit } = app
  const changes = new UserChanges({ ...options, recordAudit })
  const tenant = (request: FastifyRequest) => database.tenant(request.identity)

  app.get(
    '',
    {
      config: { permission: 'user.manage' },
      schema: {
        querystring: schemas.MemberListQuerySchema,
        response: { 200: schemas.MemberPageSchema },
      },
    },
    async (request, reply) => {
      const page = await listMembers(tenant(request), cursors, request.query)
      await recordAudit(events.usersListed(request.identity))
      if (request.query.search === undefined) linkNext(request, reply, page)
      return page
    },
  )

  app.get(
    '/:id',
    {
      config: { permission: 'user.manage', problems: [404], alwaysWhole: true },
      schema: { params: schemas.MemberParamsSchema, response: { 200: schemas.MemberSchema } },
    },
    async (request, reply) => {
      const { identity, params } = request
      const member = await new UserRepository(tenant(request)).find(params.id)
      if (!member) {
        await recordAudit(events.userAccessFailed(identity, 'user.read', params.id, 'not_found'))
        throw notFound()
      }
      await recordAudit(events.userRead(identity, member.id))
      return sendVersioned(reply, member)
    },
  )

  app.patch(
    '/:id',
    {
      config: { permission: 'user.manage', problems: [404, 409, 412] },
      schema: {
        params: schemas.MemberParamsSchema,
        body: schemas.MemberPatchSchema,
        response: { 200: schemas.MemberSchema },
      },
    },
    async (request, reply) => {
      const { identity, params, body } = request
      const patch = { ...body, version: expectedVersion(request) }
      return sendVersioned(reply, await changes.patch(identity, params.id, patch))
    },
  )
}
