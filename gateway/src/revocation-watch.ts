import type { Nats } from '@wardstone/events'
import type { Logger } from '@wardstone/service'
import type { Msg, NatsConnection } from 'nats'
import {
  parseHospitalEvent,
  parseMembershipChanged,
  parseRevocations,
  parseSessionRevoked,
  parseSuspensions,
} from './domain-messages.ts'
import type { Revocations } from './revocations.ts'
import type { ServiceClient } from './service-client.ts'

interface WatchOptions {
  revocations: Revocations
  nats: Nats
  auth: ServiceClient
  hospital: ServiceClient
  logger: Logger
  everyMs?: number
}

const RETRY_MS = 500

/**
 * Keeps `revocations` up to date: events arrive over NATS at once, and the services are asked every
 * few seconds, so that being without NATS delays a refusal but loses none.
 */
export class RevocationWatch {
  readonly #options: Required<WatchOptions>
  #known = false
  #stopped = false
  #timer: NodeJS.Timeout | undefined

  constructor(options: WatchOptions) {
    this.#options = { everyMs: 5000, ...options }
  }

  /** False until the auth service has told its revocations once: before that no token can be judged. */
  get isKnown(): boolean {
    return this.#known
  }

  /** Begins to listen and to ask; resolves after the first look. */
  async start(): Promise<void> {
    this.#options.nats.onConnection((connection) => this.#subscribe(connection))
    const again = async () => {
      await this.poll()
      if (this.#stopped) return
      const wait = this.#known ? this.#options.everyMs : RETRY_MS
      this.#timer = setTimeout(again, wait).unref()
    }
    await again()
  }

  stop(): void {
    this.#stopped = true
    clearTimeout(this.#timer)
  }

  /** Asks both services once. */
  async poll(): Promise<void> {
    const { auth, hospital, revocations, logger } = this.#options
    const askedAt = Date.now()
    const asked = await Promise.allSettled([
      auth.getJson('/internal/revocations').then((answer) => {
        revocations.addRevocations(parseRevocations(answer).revocations)
        this.#known = true
      }),
      hospital.getJson('/internal/suspensions').then((answer) => {
        revocations.replaceSuspensions(parseSuspensions(answer).suspended, askedAt)
      }),
    ])
    for (const outcome of asked) {
      if (outcome.status === 'rejected')
        logger.warn({ err: outcome.reason }, 'revocations not fetched')
    }
  }

  #subscribe(connection: NatsConnection): void {
    const { revocations } = this.#options
    const listen = (subject: string, apply: (type: string, payload: unknown) => void) =>
      connection.subscribe(subject, {
        callback: (error, message) => this.#receive(error, message, apply),
      })
    listen('domain.*.auth.>', (type, payload) => {
      if (type === 'session.revoked') revocations.endSession(parseSessionRevoked(payload))
      if (type === 'membership.changed')
        revocations.changeMembership(parseMembershipChanged(payload))
    })
    listen('domain.*.hospital.hospital.>', (_type, payload) =>
      revocations.changeHospital(parseHospitalEvent(payload)),
    )
  }

  #receive(error: Error | null, message: Msg, apply: (type: string, payload: unknown) => void) {
    try {
      if (error) throw error
      apply(message.subject.split('.').slice(3).join('.'), message.json())
    } catch (err) {
      this.#options.logger.error({ err, subject: message?.subject }, 'domain event not understood')
    }
  }
}
