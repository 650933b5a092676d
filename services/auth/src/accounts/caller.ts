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
