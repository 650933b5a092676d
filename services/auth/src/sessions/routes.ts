import { Type } from '@sinclair/typebox'
import type { Identity } from '@wardstone/contracts'
import type { ServicePlugin } from '@wardstone/service'
import type { TenantDatabase } from '@wardstone/tenancy'
import { homeOf } from '../accounts/caller.ts'
import type { Database } from '../database/schema.ts'
import { type Ending, revocationPeriod } from './ending.ts'
import * as events from './events.ts'
import { SessionRepository } from './repository.ts'
import * as schemas from './schemas.ts'
import { SignIn, type SignInOptions } from './sign-in.ts'

export interface SessionRoutesOptions extends SignInOptions {
  database: TenantDatabase<Database>
}

/** `/api/auth/login`, `/refresh` and `/logout`: how a session begins, goes on and ends. */
export const sessionRoutes: ServicePlugin<SessionRoutesOptions> = async (app, options) => {
  const { database, sessions, accessTokens } = options
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
      config: { permission: 'account.read' },
      bodyLimit: 4096,
      schema: { body: schemas.NoBodySchema, response: { 204: Type.Null() } },
    },
    async (request, reply) => {
      const { identity } = request
      const { session_id, user_id } = identity
      if (session_id !== null && user_id !== null) {
        const revoked = { session_id, ...revocationPeriod(accessTokens.seconds) }
        const event = events.loggedOut(identity, session_id)
        const ending = { reach: 'hospital' as const, reason: 'logout' as const, revoked, event }
        await end(identity, ending, { id: session_id, account_id: user_id })
      }
      return reply.code(204).send(null)
    },
  )

  /** As the member in their hospital; from behind a hospital's glass the session's own is out of reach. */
  function end(
    identity: Identity,
    ending: Omit<Ending, 'session'>,
    session: { id: string; account_id: string },
  ): Promise<boolean> {
    const hospital_id = homeOf(identity)
    if (identity.role === 'break_glass') {
      return sessions.end({ ...ending, session: { ...session, hospital_id } })
    }
    const tenant = database.tenant({ ...identity, hospital_id })
    return new SessionRepository(tenant).end(ending, session)
  }
}
