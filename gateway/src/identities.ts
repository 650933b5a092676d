import { randomUUID } from 'node:crypto'
import type { AccessClaims, Identity } from '@wardstone/contracts'
import type { FastifyRequest } from 'fastify'

/** Who asks with a verified access token. */
export function identityOf(request: FastifyRequest, claims: Readonly<AccessClaims>): Identity {
  return {
    role: claims.role,
    user_id: claims.sub,
    username: claims.username,
    session_id: claims.sid,
    hospital_id: claims.hospital_id,
    hospital_name: claims.hospital_name,
    request_id: request.id,
    ip: addressOf(request),
    user_agent: userAgentOf(request),
    ...(claims.break_glass && { break_glass: claims.break_glass }),
  }
}

const nobody = {
  user_id: null,
  username: null,
  session_id: null,
  hospital_id: null,
  hospital_name: null,
}

/** Who asks on a public route: nobody we know, whatever token came along. */
export function anonymousIdentity(request: FastifyRequest): Identity {
  return {
    ...nobody,
    role: 'anonymous',
    request_id: request.id,
    ip: addressOf(request),
    user_agent: userAgentOf(request),
  }
}

/** The gateway itself, for the services' internal routes. */
export function systemIdentity(): Identity {
  return {
    ...nobody,
    role: 'system',
    request_id: randomUUID(),
    ip: '127.0.0.1',
    user_agent: null,
  }
}

/** The address of the client; empty when it has left already, for then its socket has none. */
export function addressOf(request: FastifyRequest): string {
  const ip: string | undefined = request.ip
  if (ip === undefined) return ''
  return ip.startsWith('::ffff:') ? ip.slice(7) : ip
}

function userAgentOf({ headers }: FastifyRequest): string | null {
  return headers['user-agent']?.slice(0, 256) ?? null
}
