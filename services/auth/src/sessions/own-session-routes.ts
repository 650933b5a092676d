import { Type } from '@sinclair/typebox'
import { TimelineQuerySchema } from '@wardstone/contracts'
import { type CursorCodec, linkNext, type ServicePlugin, toPage } from '@wardstone/service'
import { ownId } from '../accounts/caller.ts'
import { actingAs } from '../break-glass/glass.ts'
import { notFound } from '../errors.ts'
import type { AccessTokens } from '../tokens/access-tokens.ts'
import { revocationPeriod } from './ending.ts'
import * as events from './events.ts'
import * as schemas from './schemas.ts'
import type { OwnSession, SystemOwnSessionRepository } from './system-own-session-repository.ts'
import type { SystemSessionRepository } from './system-repository.ts'

export interface OwnSessionRoutesOptions {
  ownSessions: (accountId: string) => SystemOwnSessionRepository
  sessions: SystemSessionRepository
  cursors: CursorCodec
  accessTokens: Pick<AccessTokens, 'seconds'>
}

/** `/api/auth/sessions`: where a person is signed in, and how they sign out elsewhere. */
export const ownSessionRoutes: ServicePlugin<OwnSessionRoutesOptions> = async (app, options) => {
  const { ownSessions, sessions, cursors, accessTokens } = options

  app.get(
    '',
    {
      config: { permission: 'account.self' },
      schema: {
        querystring: TimelineQuerySchema,
        response: { 200: schemas.SessionPageSchema },
      },
    },
    async (request, reply) => {
      const accountId = ownId(request)
      const { ordering, limit, cursor, count } = request.query
      const scope = [accountId, 'auth/sessions', ordering]
      const [after] = cursor === undefined ? [] : (cursors.decode(scope, cursor) as [string])
      const own = ownSessions(accountId)
      const rows = await own.list(ordering, limit, after)
      const page = toPage(rows, limit, { codec: cursors, scope, position: ({ id }) => [id] })
      linkNext(request, reply, page)
      const { session_id } = request.identity
      const results = page.results.map((row) => toSession(row, session_id))
      return { ...page, results, ...(count && { count: await own.count() }) }
    },
  )

  app.delete(
    '/:id',
    {
      config: { permission: 'account.self', problems: [404] },
      schema: { params: schemas.SessionParamsSchema, response: { 204: Type.Null() } },
    },
    async (request, reply) => {
      const { identity, params } = request
      const accountId = ownId(request)
      const session = await ownSessions(accountId).find(params.id)
      const ended =
        session &&
        (await sessions.end({
          session: { hospital_id: session.hospital_id, id: session.id, account_id: accountId },
          reach: 'session',
          reason: 'ended_by_owner',
          revoked: { session_id: session.id, ...revocationPeriod(accessTokens.seconds) },
          event: events.sessionEnded(
            { ...identity, ...actingAs(session, session.glass) },
            session.id,
          ),
        }))
      if (!ended) {
        await app.recordAudit(events.sessionNotEnded(identity, params.id))
        throw notFound()
      }
      return reply.code(204).send(null)
    },
  )
}

function toSession(session: OwnSession, currentId: string | null) {
  return { ...session, ...actingAs(session, session.glass), current: session.id === currentId }
}
