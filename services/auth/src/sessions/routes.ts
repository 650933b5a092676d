import { Type } from '@sinclair/typebox'
import { type Identity, PLATFORM_HOSPITAL_ID } from '@wardstone/contracts'
import type { ServicePlugin } from '@wardstone/service'
import type { TenantDatabase } from '@wardstone/tenancy'
import { asMember } from '../accounts/caller.ts'
import type { Database } from '../database/schema.ts'
import { revocationPeriod } from './ending.ts'
import * as events from './events.ts'
import { SessionRepository } from './repository.ts'
import * as schemas from './schemas.ts'
import { SignIn, type SignInOptions } from './sign-in.ts'

export interface SessionRoutesOptions extends SignInOptions {
  database: TenantDatabase<Database>
}

/** `/api/auth/login`, `/refresh` and `/logout`: how a session begins, goes on and ends. */
export const sessionRoutes: ServicePlugin<SessionRoutesOptions> = async (app, options) => {
  const { database, accessTokens } = options
  const signIn = new SignIn(options)

  app.post(
    '/login',
    {
      config: { public: true, problems: [403, 429] },
      bodyLimit: 4096,
      schema: { body: schemas.LoginSchema, response: { 200: schemas.SignedInSchema } },
    },
    (request) => signIn.login(request.identity, request.body),
  )

  app.post(
    '/refresh',
    {
      config: { public: true, problems: [403] },
      bodyLimit: 4096,
      schema: { body: schemas.RefreshSchema, response: { 200: schemas.SignedInSchema } },
    },
    (request) => signIn.refresh(request.identity, request.body.refresh_token),
  )

  app.post(
    '/logout',
    {
      config: { permission: 'account.self' },
      bodyLimit: 4096,
      schema: { body: schemas.NoBodySchema, response: { 204: Type.Null() } },
    },
    async (request, reply) => {
      const identity = asMember(request.identity)
      const { session_id, user_id } = identity
      if (session_id !== null && user_id !== null) {
        const revoked = { session_id, ...revocationPeriod(accessTokens.seconds) }
        const event = events.loggedOut(identity, session_id)
        const ending = { reason: 'logout' as const, revoked, event }
        await sessions(identity).end(ending, { id: session_id, account_id: user_id })
      }
      return reply.code(204).send(null)
    },
  )

  /** The platform's administrators have no hospital; their sessions are under the platform's own id. */
  function sessions(identity: Identity): SessionRepository {
    const hospital_id = identity.hospital_id ?? PLATFORM_HOSPITAL_ID
    return new SessionRepository(database.tenant({ ...identity, hospital_id }))
  }
}
