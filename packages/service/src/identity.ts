import fastifyJwt from '@fastify/jwt'
import { TypeCompiler } from '@sinclair/typebox/compiler'
import {
  GATEWAY_ISSUER,
  IDENTITY_TOKEN_SECONDS,
  type Identity,
  type IdentityClaims,
  IdentityClaimsSchema,
  type ServiceName,
  serviceIssuer,
} from '@wardstone/contracts'
import type { FastifyInstance, FastifyRequest } from 'fastify'
import { fastifyPlugin } from 'fastify-plugin'
import { problem } from './problem.ts'
import { ReplayGuard } from './replay-guard.ts'

declare module 'fastify' {
  interface FastifyRequest {
    /** Who asks: the verified claims of the gateway's identity token. */
    identity: Identity
  }
  interface FastifyContextConfig {
    /** The services that may call it themselves, beside the gateway: none unless said. */
    peers?: readonly ServiceName[]
  }
}

/** The HS256 keys that a service shares with those that may ask it something themselves. */
export type PeerKeys = Partial<Record<ServiceName, string>>

interface IdentityOptions {
  service: string
  keys: string[]
  peers: PeerKeys
}

/** Who could have signed a token: the gateway, or a peer. */
interface Signatory {
  key: string
  peer?: ServiceName
}

/** Claims that are verified, and the peer whose they are when they are not the gateway's. */
interface Verified {
  claims: IdentityClaims
  peer: ServiceName | undefined
}

const hasClaims = TypeCompiler.Compile(IdentityClaimsSchema)
const CLOCK_TOLERANCE_MS = 5_000
const SAFE_METHODS = new Set(['GET', 'HEAD', 'OPTIONS'])
const STAMPS = [
  ['x-hospital-id', 'hospital_id'],
  ['x-user-id', 'sub'],
  ['x-user-role', 'role'],
  ['x-request-id', 'request_id'],
] as const

/**
 * Believes only the gateway: every request needs an identity token made for this service, this
 * method and this URL, and plain stamps that agree with it. Anything else is 401 before any route,
 * body parser or query runs. Health routes are the only exception. A peer is believed where a route
 * names it, and only as `system` in one hospital.
 */
export const identityPlugin = fastifyPlugin<IdentityOptions>(
  async (app, { service, keys, peers }) => {
    const signatories: Signatory[] = [
      ...keys.map((key) => ({ key })),
      ...Object.entries(peers).map(([peer, key]) => ({ key, peer: peer as ServiceName })),
    ]
    for (const [index, { key, peer }] of signatories.entries()) {
      await app.register(fastifyJwt, {
        namespace: `identity${index}`,
        secret: key,
        verify: verifyOptions(service, peer ? serviceIssuer(peer) : GATEWAY_ISSUER),
      })
    }
    app.decorateRequest('identity', null as unknown as Identity)

    const replays = new ReplayGuard(2 * IDENTITY_TOKEN_SECONDS * 1000)
    app.addHook('onRequest', (request, _reply, done) => {
      if (request.routeOptions.config.operational) return done()
      const claims = claimsOf(app, signatories, request)
      if (!SAFE_METHODS.has(request.method) && replays.isReplay(claims.request_id))
        throw unauthenticated()
      request.id = claims.request_id
      request.identity = toIdentity(claims)
      done()
    })
  },
  { name: '@wardstone/identity', fastify: '5.x' },
)

function verifyOptions(service: string, issuer: string) {
  return {
    algorithms: ['HS256' as const],
    allowedIss: issuer,
    allowedAud: service,
    requiredClaims: ['iss', 'aud', 'iat', 'exp'],
    clockTolerance: CLOCK_TOLERANCE_MS,
    cache: false,
  }
}

function verifyWithAny(app: FastifyInstance, signatories: Signatory[], token: string): Verified {
  const verifiers = app.jwt as unknown as Record<string, { verify: (token: string) => unknown }>
  for (const [index, { peer }] of signatories.entries()) {
    try {
      const claims = verifiers[`identity${index}`]?.verify(token)
      if (hasClaims.Check(claims) && isOfNow(claims)) return { claims, peer }
    } catch {
      // The next key may be the right one; after the last the request is refused below.
    }
  }
  throw unauthenticated()
}

/** Not made for later, nor for longer than a request takes; `exp` itself is verified with the signature. */
function isOfNow({ iat, exp }: IdentityClaims): boolean {
  return exp - iat <= IDENTITY_TOKEN_SECONDS && iat * 1000 <= Date.now() + CLOCK_TOLERANCE_MS
}

function claimsOf(
  app: FastifyInstance,
  signatories: Signatory[],
  request: FastifyRequest,
): IdentityClaims {
  const header = request.headers.authorization
  if (!header?.startsWith('Bearer ')) throw unauthenticated()
  const { claims, peer } = verifyWithAny(app, signatories, header.slice(7))
  if (peer && !mayAsk(peer, request, claims)) throw unauthenticated()
  if (claims.method !== request.method || claims.url !== request.raw.url) throw unauthenticated()
  for (const [name, claim] of STAMPS) {
    const stamp = request.headers[name]
    if (stamp !== undefined && stamp !== claims[claim]) throw unauthenticated()
  }
  return claims
}

/** A peer speaks for nobody but itself, of one hospital, where the route expects it. */
function mayAsk(peer: ServiceName, request: FastifyRequest, claims: IdentityClaims): boolean {
  const isSystem =
    claims.role === 'system' &&
    claims.sub === null &&
    claims.username === serviceIssuer(peer) &&
    claims.hospital_id !== null
  return isSystem && request.routeOptions.config.peers?.includes(peer) === true
}

function toIdentity(claims: IdentityClaims): Identity {
  return Object.freeze({
    role: claims.role,
    user_id: claims.sub,
    username: claims.username,
    session_id: claims.sid,
    hospital_id: claims.hospital_id,
    hospital_name: claims.hospital_name,
    request_id: claims.request_id,
    ip: claims.ip,
    user_agent: claims.user_agent,
    ...(claims.break_glass && { break_glass: claims.break_glass }),
  })
}

function unauthenticated() {
  return problem(401, 'unauthenticated', 'Sign in first', {}, { 'www-authenticate': 'Bearer' })
}
