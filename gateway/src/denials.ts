import { auditSubject, type Identity, UuidSchema } from '@wardstone/contracts'
import type { AuditSpool } from '@wardstone/events'
import { type AuditEntry, auditEvent, type Logger } from '@wardstone/service'

/** What a client wrote is kept only when it is an id. */
const UUID = new RegExp(UuidSchema.pattern ?? '')

/** Tells the audit what the gateway refused, in the chain of the caller's hospital. */
export class Denials {
  readonly #spool: AuditSpool
  readonly #logger: Logger

  constructor(spool: AuditSpool, logger: Logger) {
    this.#spool = spool
    this.#logger = logger
  }

  /** A token of an ended session or a suspended hospital was used. */
  deadToken(identity: Identity, reason: string): Promise<void> {
    return this.#record(identity, { action: 'access.denied', outcome: 'denied', reason })
  }

  /** A caller named a hospital that is not its own. */
  otherHospital(identity: Identity, named: string): Promise<void> {
    return this.#record(identity, {
      action: 'security.hospital_mismatch',
      outcome: 'denied',
      reason: 'x-hospital-id',
      ...(UUID.test(named) && { entity: { type: 'hospital', id: named } }),
    })
  }

  /** Waits until the event is safe; an answer is not kept back by a spool that fails. */
  async #record(identity: Identity, entry: AuditEntry): Promise<void> {
    const event = auditEvent('gateway', identity, entry)
    const subject = auditSubject(event.hospital_id, 'gateway', event.action)
    try {
      await this.#spool.record(subject, event.id, { events: [event] })
    } catch (err) {
      this.#logger.error({ err, request_id: identity.request_id }, 'denial not recorded')
    }
  }
}
