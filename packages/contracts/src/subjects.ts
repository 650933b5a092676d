import type { AuditAction } from './audit-event.ts'
import type { DomainEventType } from './domain-event.ts'

/** JetStream's stream of every audit event. */
export const AUDIT_STREAM = 'AUDIT'

/** JetStream's stream of what the services tell each other. */
export const DOMAIN_STREAM = 'DOMAIN'

/** `audit.<hospital_id|platform>.<service>.<action>`; `reads` for the grouped reads of one hospital. */
export function auditSubject(
  hospitalId: string | null,
  service: string,
  action: AuditAction | 'reads',
): string {
  return `audit.${hospitalId ?? 'platform'}.${service}.${action}`
}

/** `domain.<hospital_id|platform>.<service>.<type>`. */
export function domainSubject(
  hospitalId: string | null,
  service: string,
  type: DomainEventType,
): string {
  return `domain.${hospitalId ?? 'platform'}.${service}.${type}`
}
