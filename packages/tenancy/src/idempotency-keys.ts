import { createHash } from 'node:crypto'
import { PLATFORM_HOSPITAL_ID } from '@wardstone/contracts'
import { idempotencyKey, problem, Sealer } from '@wardstone/service'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { AnswerRepository, type Scope } from './idempotent-answers.ts'

/** A tenant, or a system database: where a change is made. */
interface Place {
  readonly db: unknown
  together<T>(work: (inside: this) => Promise<T>): Promise<T>
}

interface Once<P, T> {
  /** Makes the change, on nothing but the place it is given; returns what is answered. */
  change: (place: P) => Promise<T>
  /** Puts on record that the answer is shown once more. */
  replayed: (answer: T) => Promise<void>
}

/**
 * Makes a change once however often its request comes, as long as it comes with the same
 * `Idempotency-Key`: the answer is kept in the transaction of the change, sealed, for 24 hours. What
 * was refused is not kept, so it may be tried again. While the first request with a key is under way
 * others are told 409 `idempotency_in_progress` at once rather than hold a connection each.
 */
export class IdempotencyKeys {
  readonly #sealers: Sealer[]

  /** @param secrets the first seals; answers that one of the others sealed can still be shown */
  constructor(...secrets: (string | undefined)[]) {
    this.#sealers = secrets
      .filter((secret) => secret !== undefined)
      .map((secret) => new Sealer(secret, 'wardstone idempotent answer'))
  }

  /**
   * What `change` answers to this request, or did answer to the one that it repeats. Without a key
   * there is no transaction but the change's own. Failures are recorded by who calls this, after it.
   */
  async once<P extends Place, T>(
    [request, reply]: [FastifyRequest, FastifyReply],
    place: P,
    { change, replayed }: Once<P, T>,
  ): Promise<T> {
    const key = idempotencyKey(request)
    if (key === undefined) return change(place)
    const scope = scopeOf(request, key)
    const fingerprint = fingerprintOf(request)
    const [answer, isReplay] = await place.together<[T, boolean]>(async (inside) => {
      const answers = new AnswerRepository(inside.db as never, scope)
      const sealed = await answers.claim()
      if (sealed) return [this.#open(scope, sealed, fingerprint) as T, true]
      const made = await change(inside)
      await answers.keep(this.#seal(scope, fingerprint, made))
      return [made, false]
    })
    if (!isReplay) return answer
    await replayed(answer)
    reply.header('idempotency-replayed', 'true')
    return answer
  }

  #seal(scope: Scope, fingerprint: string, answer: unknown): Buffer {
    const [sealer] = this.#sealers as [Sealer]
    return sealer.seal(scope, { fingerprint, answer })
  }

  #open(scope: Scope, sealed: Buffer, fingerprint: string): unknown {
    for (const sealer of this.#sealers) {
      try {
        const kept = sealer.open(scope, sealed) as { fingerprint: string; answer?: unknown }
        if (kept.fingerprint === fingerprint) return kept.answer
      } catch {
        // The next secret may be the right one; after the last the key is refused below.
      }
    }
    throw problem(
      409,
      'idempotency_conflict',
      'This Idempotency-Key was used for another request; make a new one',
    )
  }
}

function scopeOf({ identity, method, routeOptions }: FastifyRequest, key: string): Scope {
  if (identity.user_id === null || !routeOptions.config.idempotent) {
    throw new Error(`${method} ${routeOptions.url} is not idempotent.`)
  }
  const hospital = identity.hospital_id ?? PLATFORM_HOSPITAL_ID
  return [hospital, identity.user_id, `${method} ${routeOptions.url}`, key]
}

function fingerprintOf({ url, body }: FastifyRequest): string {
  return createHash('sha256')
    .update(JSON.stringify([url, body]))
    .digest('hex')
}
