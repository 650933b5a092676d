import type { AuditEvent, ServiceName } from '@wardstone/contracts'
import type { Answer } from '../ask.ts'
import type { Scene } from './scene.ts'

/** The audit events that a service's outbox holds of the request that was answered so. */
export async function recorded(
  { world }: Scene,
  service: ServiceName,
  { headers }: Answer,
): Promise<AuditEvent[]> {
  const requestId = headers.get('x-request-id') ?? ''
  const rows = await world.sql<{ payload: string }>(
    service,
    `select payload from outbox where subject like 'audit.%' and payload like '%' || $1 || '%'`,
    [requestId],
  )
  return rows
    .flatMap(({ payload }): AuditEvent[] => JSON.parse(payload).events)
    .filter((event) => event.request_id === requestId)
}
