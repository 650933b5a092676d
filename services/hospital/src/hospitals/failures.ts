import type { AuditAction } from '@wardstone/contracts'
import { ProblemError } from '@wardstone/service'
import type { FastifyRequest } from 'fastify'
import { hospitalExists } from '../errors.ts'
import { hospitalChangeFailed } from './events.ts'

/** What to answer for the `error` of a change, once the failure is on record. */
export async function recorded(
  request: FastifyRequest,
  action: AuditAction,
  error: unknown,
  id?: string,
): Promise<unknown> {
  const answer = takenField(error) ?? error
  if (answer instanceof ProblemError && answer.statusCode < 500) {
    const { identity, server } = request
    await server.recordAudit(hospitalChangeFailed(identity, action, answer.code, id))
  }
  return answer
}

/** The conflict behind PostgreSQL's unique_violation. */
function takenField(error: unknown) {
  const { code, constraint } = error as { code?: string; constraint?: string }
  if (code !== '23505') return undefined
  return hospitalExists(constraint === 'hospital_slug' ? 'slug' : 'name')
}
