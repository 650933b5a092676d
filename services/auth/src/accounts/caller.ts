import { type Identity, PLATFORM_HOSPITAL_ID } from '@wardstone/contracts'
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

/** Under which hospital the membership and the session of a caller are: the platform's own has no other name. */
export function homeOf({ role, hospital_id }: Pick<Identity, 'role' | 'hospital_id'>): string {
  return role === 'break_glass' ? PLATFORM_HOSPITAL_ID : (hospital_id ?? PLATFORM_HOSPITAL_ID)
}
