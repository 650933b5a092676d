import type { AuditSpool } from './audit-spool.ts'
import type { OutboxRelay } from './relay.ts'

/** What an operator is told: by its name, what it means and how much it is now. */
export type Gauges = Readonly<Record<string, readonly [help: string, now: () => number]>>

/** Of a service: what it has committed, and has not told anybody yet. */
export function relayGauges(relay: OutboxRelay): Gauges {
  const elsewhere = 'NaN while another process publishes, or the database is away'
  return {
    outbox_pending: [
      `Events that wait to be published, counted up to 10,000; ${elsewhere}`,
      () => relay.stats().pending,
    ],
    outbox_oldest_age_seconds: [
      `For how long the first of them has waited; ${elsewhere}`,
      () => relay.stats().oldest_age_seconds,
    ],
  }
}

/** Of a process without a database. */
export function spoolGauges(spool: AuditSpool): Gauges {
  return {
    audit_spool_waiting: ['Events that wait to be published', () => spool.stats().waiting],
    audit_spool_unconfirmed: [
      'Events that are published and that the audit has not said to have',
      () => spool.stats().unconfirmed,
    ],
    audit_spool_dropped: [
      'Events that were lost since the start, because the spool was full or they were refused',
      () => spool.stats().dropped,
    ],
  }
}
