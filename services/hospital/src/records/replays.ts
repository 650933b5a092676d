import { auditEvent } from '@wardstone/service'
import type { FastifyRequest } from 'fastify'
import type { Attempt } from './failures.ts'

/** Puts on record that the answer to a change was shown again; nothing was changed. */
export function replayRecorded({ identity, server }: FastifyRequest, attempt: Attempt) {
  const { action, entity } = attempt
  const outcome = 'failure'
  const reason = 'idempotency_replayed'
  return server.recordAudit(
    auditEvent('hospital', identity, { action, outcome, reason, ...(entity && { entity }) }),
  )
}
