import { createHash } from 'node:crypto'
import { PLATFORM_HOSPITAL_ID } from '@wardstone/contracts'
import { idempotencyKey, problem, Sealer } from '@wardstone/service'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { AnswerRepository, type Scope } from './idempotent-answers.ts'

/** A tenant, or a system database: where a change is made. */
export interface Place {
  readonly db: unknown
  together<T>(work: (inside: this) => Promise<T>): Promise<T>
}

/** A change that a key makes once. */
export interface Once<P, T, R> {
  /**
   * What takes long, or a connection of its own: done before the transaction begins, and not at all when
   * there is an answer. It may be done twice, when two requests come at once.
   */
  prepare?: () => Promise<R>
  /** Makes the change, on nothing but the place it is given; returns what is answered. */
  change: (place: P, prepared: R) => Promise<T>
  /** Puts on record that the answer is shown once more. */
  replayed: (answer: T) => Promise<void>
}

/** A request with a key. */
interface Keyed {
  scope: Scope
  fingerprint: string
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
  async once<P extends Place, T, R = undefined>(
    [request, reply]: [FastifyRequest, FastifyReply],
    place: P,
    { prepare, change, replayed }: Once<P, T, R>,
  ): Promise<T> {
    const key = idempotencyKey(request)
    if (key === undefined) return change(place, (await prepare?.()) as R)
    const keyed = { scope: this.#scopeOf(request, key), fingerprint: fingerprintOf(request) }
    const find = () =>
      this.#kept(new AnswerRepository(place.db as never, keyed.scope).find(), keyed)
    const { kept, prepared } = await prepareUnless(find, prepare)
    const { answer, isReplay } =
      kept ?? (await this.#make(place, keyed, (inside) => change(inside, prepared as R)))
    if (!isReplay) return answer as T
    await replayed(answer as T)
    reply.header('idempotency-replayed', 'true')
    return answer as T
  }

  #make<P extends Place>(place: P, keyed: Keyed, change: (place: P) => Promise<unknown>) {
    return place.together(async (inside) => {
      const answers = new AnswerRepository(inside.db as never, keyed.scope)
      const kept = await this.#kept(answers.claim(), keyed)
      if (kept) return kept
      const answer = await change(inside)
      await answers.keep(this.#seal(keyed, answer))
      return { answer, isReplay: false }
    })
  }

  async #kept(sealed: Promise<Buffer | undefined>, keyed: Keyed) {
    const found = await sealed
    return found && { answer: this.#open(keyed, found), isReplay: true }
  }

  #seal({ scope, fingerprint }: Keyed, answer: unknown): Buffer {
    return this.#sealer.seal(scope, { fingerprint, answer })
  }

  #open({ scope, fingerprint }: Keyed, sealed: Buffer): unknown {
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

  get #sealer(): Sealer {
    return this.#sealers[0] as Sealer
  }

  /** Where anybody may call, the key and the request together are the name: a stranger's other request is another one. */
  #scopeOf({ identity, method, url, body, routeOptions }: FastifyRequest, key: string): Scope {
    const route = `${method} ${routeOptions.url}`
    const { idempotent } = routeOptions.config
    if (idempotent === 'by_body') {
      return [PLATFORM_HOSPITAL_ID, NOBODY, route, this.#sealer.nameOf([key, url, body])]
    }
    if (identity.user_id === null || !idempotent) throw new Error(`${route} is not idempotent.`)
    return [identity.hospital_id ?? PLATFORM_HOSPITAL_ID, identity.user_id, route, key]
  }
}

/** Prepares, unless `find` finds an answer: before, or after the preparation was in vain. */
async function prepareUnless<K, R>(
  find: () => Promise<K | undefined>,
  prepare: (() => Promise<R>) | undefined,
): Promise<{ kept?: K | undefined; prepared?: R }> {
  if (!prepare) return {}
  const kept = await find()
  if (kept) return { kept }
  try {
    return { prepared: await prepare() }
  } catch (error) {
    // The request that is repeated was answered meanwhile, and has used up what it takes.
    const meanwhile = await find()
    if (meanwhile) return { kept: meanwhile }
    throw error
  }
}

/** Whose key it is where anybody may call. */
const NOBODY = '00000000-0000-0000-0000-000000000000'

function fingerprintOf({ url, body }: FastifyRequest): string {
  return createHash('sha256')
    .update(JSON.stringify([url, body]))
    .digest('hex')
}
