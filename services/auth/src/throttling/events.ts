import type { AuditEvent } from '@wardstone/contracts'
import { v7 as uuidv7 } from 'uuid'
import type { CounterName } from './counters.ts'

/**
 * With `failure` a counter begins to refuse, until its window is over. An address is nobody's in
 * particular: its event is the platform's.
 */
export function throttled(failure: AuditEvent, reason: CounterName): AuditEvent {
  const { service, request_id, actor, hospital_id } = failure
  const nobody = { id: null, username: null, session_id: null }
  const whose =
    reason === 'address'
      ? { hospital_id: null, actor: { ...actor, ...nobody } }
      : { hospital_id, actor }
  return {
    id: uuidv7(),
    occurred_at: new Date().toISOString(),
    service,
    request_id,
    ...whose,
    action: 'auth.throttled',
    outcome: 'denied',
    reason,
  }
}
