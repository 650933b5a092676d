import type { AuditAction, AuditEvent, Identity } from '@wardstone/contracts'
import { type AuditEntry, auditEvent, ProblemError } from '@wardstone/service'
import type { IdempotencyKeys, Once, Place } from '@wardstone/tenancy'
import type { FastifyReply, FastifyRequest } from 'fastify'

/** A change that a key makes once, and as what a repetition of it is put on record. */
interface Recorded<P, T, R> extends Omit<Once<P, T, R>, 'replayed'> {
  action: AuditAction
  entity: (answer: T) => NonNullable<AuditEntry['entity']>
  /** The hospital that the change was told to, if that is not the caller's. */
  hospital?: (answer: T) => string
}

/** Makes changes once, and puts on record each request that changed nothing because of its key. */
export class Repetitions {
  readonly #keys: IdempotencyKeys
  readonly #recordAudit: (event: AuditEvent) => Promise<void>

  constructor(keys: IdempotencyKeys, recordAudit: (event: AuditEvent) => Promise<void>) {
    this.#keys = keys
    this.#recordAudit = recordAudit
  }

  /** See `IdempotencyKeys.once`. */
  async once<P extends Place, T, R = undefined>(
    [request, reply]: [FastifyRequest, FastifyReply],
    place: P,
    { action, entity, hospital, ...change }: Recorded<P, T, R>,
  ): Promise<T> {
    const { identity } = request
    try {
      return await this.#keys.once([request, reply], place, {
        ...change,
        replayed: (answer) => {
          const told = hospital ? { ...identity, hospital_id: hospital(answer) } : identity
          const entry = { action, reason: 'idempotency_replayed', entity: entity(answer) }
          return this.#recordAudit(unchanged(told, entry))
        },
      })
    } catch (error) {
      if (error instanceof ProblemError && error.code.startsWith('idempotency_')) {
        await this.#recordAudit(unchanged(identity, { action, reason: error.code }))
      }
      throw error
    }
  }
}

function unchanged(identity: Identity, entry: Omit<AuditEntry, 'outcome'>): AuditEvent {
  return auditEvent('auth', identity, { ...entry, outcome: 'failure' })
}
