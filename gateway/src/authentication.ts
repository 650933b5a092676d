import type { AccessClaims } from '@wardstone/contracts'
import type { FastifyReply, FastifyRequest, onRequestHookHandler } from 'fastify'
import type { AccessTokens } from './access-tokens.ts'
import type { Denials } from './denials.ts'
import { hospitalMismatch, invalidToken, signInFirst, unavailable } from './errors.ts'
import { headerValue } from './headers.ts'
import { anonymousIdentity, identityOf } from './identities.ts'
import type { RateLimits } from './rate-limits.ts'
import type { RevocationWatch } from './revocation-watch.ts'
import type { Revocations } from './revocations.ts'

/** What the decision about a token needs. */
export interface AuthenticationParts {
  tokens: AccessTokens
  revocations: Revocations
  watch: RevocationWatch
  denials: Denials
  limits: RateLimits
}

/** Lets only callers with a good access token pass; from then on `request.identity` says who they are. */
export function authenticate(parts: AuthenticationParts): onRequestHookHandler {
  const { tokens, limits } = parts
  return (request, reply, done) => {
    const admitted = (claims: Readonly<AccessClaims>) => admit(parts, request, reply, claims)
    const refused = (error: Error) => done(limits.ofRefused(request, error))
    let admission: Promise<void> | undefined
    try {
      const claims = tokens.verify(bearerToken(request))
      admission = claims instanceof Promise ? claims.then(admitted) : admitted(claims)
    } catch (error) {
      return refused(error as Error)
    }
    if (admission) admission.then(() => done(), refused)
    else done()
  }
}

/** On public routes a token is not even looked at. */
export const asAnonymous: onRequestHookHandler = (request, _reply, done) => {
  request.identity = anonymousIdentity(request)
  done()
}

/** Refuses a caller who names another hospital than its token does: nothing chooses the hospital but the token. */
export function refuseOtherHospital(denials: Denials): onRequestHookHandler {
  return (request, _reply, done) => {
    const named = request.headers['x-hospital-id']
    if (named === undefined || named === request.identity.hospital_id) return done()
    const refuse = () => done(hospitalMismatch())
    denials.otherHospital(request.identity, String(named)).then(refuse, refuse)
  }
}

function admit(
  { revocations, watch, denials }: AuthenticationParts,
  request: FastifyRequest,
  reply: FastifyReply,
  claims: Readonly<AccessClaims>,
): Promise<void> | undefined {
  if (!watch.isKnown) throw unavailable()
  request.identity = identityOf(request, claims)
  const refusal = revocations.refusalOf(claims)
  if (refusal !== undefined) {
    return denials.deadToken(request.identity, refusal).then(() => {
      throw invalidToken()
    })
  }
  if (claims.hospital_id !== null) reply.header('x-hospital-id', claims.hospital_id)
  if (claims.hospital_name !== null)
    reply.header('x-hospital-name', headerValue(claims.hospital_name))
  return undefined
}

function bearerToken({ headers: { authorization } }: FastifyRequest): string {
  if (authorization === undefined) throw signInFirst()
  const [, token] = /^Bearer ([\w-]+\.[\w-]+\.[\w-]+)$/i.exec(authorization) ?? []
  if (token === undefined) throw invalidToken()
  return token
}
