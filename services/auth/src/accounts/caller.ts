import type { Identity } from '@wardstone/contracts'
import type { FastifyRequest } from 'fastify'
import { unauthenticated } from '../errors.ts'

/**
 * The account of the person who calls.
 * @throws problem 401 when it is no person
 */
export function ownId({ identity }: Pick<FastifyRequest, 'identity'>): string {
  if (identity.user_id === null) throw unauthenticated()
  return identity.user_id
}

/**
 * The caller as the membership they have signed in as: who has broken the glass of a hospital is an
 * administrator of the platform still.
 */
export function asMember(identity: Identity): Identity {
  return identity.role === 'break_glass'
    ? { ...identity, hospital_id: null, hospital_name: null }
    : identity
}
