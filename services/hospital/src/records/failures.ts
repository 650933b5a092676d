import type { AuditAction } from '@wardstone/contracts'
import { auditEvent, ProblemError } from '@wardstone/service'
import type { FastifyRequest } from 'fastify'
import { conflictOf } from '../errors.ts'

/** A change that somebody tried. */
export interface Attempt {
  action: AuditAction
  entity?: { type: 'department' | 'doctor' | 'doctor_absence' | 'holiday'; id: string }
}

/** What to answer for the `error` of a change, once the failure, or the denial, is on record. */
export async function refused(
  { identity, server }: FastifyRequest,
  { action, entity }: Attempt,
  error: unknown,
): Promise<unknown> {
  const answer = conflictOf(error) ?? error
  if (answer instanceof ProblemError && answer.statusCode < 500) {
    const denied = { action: 'access.denied', outcome: 'denied', reason: answer.message } as const
    const failed = { action, outcome: 'failure', reason: answer.code } as const
    const what = answer.statusCode === 403 ? denied : failed
    await server.recordAudit(
      auditEvent('hospital', identity, { ...what, ...(entity && { entity }) }),
    )
  }
  return answer
}
