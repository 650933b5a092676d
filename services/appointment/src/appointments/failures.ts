import type { AuditAction } from '@wardstone/contracts'
import { ProblemError } from '@wardstone/service'
import type { FastifyRequest } from 'fastify'
import * as events from './events.ts'

/** `change`; when it is refused, that is on record before it is answered. */
export async function recorded<T>(
  request: FastifyRequest,
  { action, id }: { action: AuditAction; id?: string },
  change: () => Promise<T>,
): Promise<T> {
  try {
    return await change()
  } catch (error) {
    if (error instanceof ProblemError && [404, 409, 412].includes(error.statusCode)) {
      const event = events.appointmentFailed(request.identity, action, error.code, id)
      await request.server.recordAudit(event)
    }
    throw error
  }
}
