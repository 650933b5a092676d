import { networkOf, ProblemError } from '@wardstone/service'
import type {
  FastifyReply,
  FastifyRequest,
  HookHandlerDoneFunction,
  onRequestHookHandler,
} from 'fastify'
import { tooManyRequests } from './errors.ts'
import { addressOf } from './identities.ts'
import { TokenBuckets } from './token-buckets.ts'
import { Turns } from './turns.ts'

/** Far above what people and their programs need; what they stop is a loop, or one hospital taking all. */
const ALLOWANCES = {
  address: { burst: 300, perSecond: 20 },
  refused: { burst: 1000, perSecond: 50 },
  user: { burst: 1000, perSecond: 200 },
  hospital: { burst: 5000, perSecond: 1000 },
}
const HOSPITAL_TURNS = { active: 24, waiting: 512 }

/** The limits of the gateway: `off` lifts them all. */
export class RateLimits {
  readonly #isOn: boolean
  readonly #address: TokenBuckets
  readonly #refused: TokenBuckets
  readonly #user: TokenBuckets
  readonly #hospital: TokenBuckets
  readonly #turns: Turns

  constructor(mode: 'on' | 'off', allowances = ALLOWANCES, turns = HOSPITAL_TURNS) {
    this.#isOn = mode === 'on'
    this.#address = new TokenBuckets(allowances.address)
    this.#refused = new TokenBuckets(allowances.refused)
    this.#user = new TokenBuckets(allowances.user)
    this.#hospital = new TokenBuckets(allowances.hospital)
    this.#turns = new Turns(turns)
  }

  /** For public routes: by address. */
  readonly ofAddress: onRequestHookHandler = (request, _reply, done) => {
    done(
      this.#take(
        this.#address,
        networkOf(addressOf(request)),
        'Too many requests from your address',
      ),
    )
  }

  /** For signed-in callers: by user, and by hospital, which also has a share of what runs at once. */
  readonly ofCaller: onRequestHookHandler = (request, reply, done) => {
    const { user_id, hospital_id } = request.identity
    const error =
      this.#take(this.#user, String(user_id), 'Too many requests of this user') ??
      this.#take(this.#hospital, String(hospital_id), 'Too many requests of this hospital')
    if (error || !this.#isOn) return done(error)
    this.#waitForTurn(request, reply, done)
  }

  /** The answer to a refused token: `error`, or 429 when the address has sent too many of them. */
  ofRefused(request: FastifyRequest, error: Error): Error {
    if (!(error instanceof ProblemError) || error.statusCode !== 401) return error
    const tooMany = this.#take(
      this.#refused,
      networkOf(addressOf(request)),
      'Too many refused requests',
    )
    return tooMany ?? error
  }

  #waitForTurn(request: FastifyRequest, reply: FastifyReply, done: HookHandlerDoneFunction): void {
    const endTurn = this.#turns.take(request.identity.hospital_id ?? 'platform', done)
    if (!endTurn) {
      done(tooManyRequests('Your hospital has too many requests under way', { 'retry-after': '1' }))
    } else if (reply.raw.destroyed) {
      endTurn()
    } else {
      reply.raw.once('close', endTurn)
    }
  }

  #take(buckets: TokenBuckets, key: string, detail: string) {
    if (!this.#isOn) return undefined
    const seconds = buckets.take(key)
    if (seconds === 0) return undefined
    const wait = String(Math.ceil(seconds))
    return tooManyRequests(detail, {
      'retry-after': wait,
      'ratelimit-limit': String(buckets.allowance.burst),
      'ratelimit-remaining': '0',
      'ratelimit-reset': wait,
    })
  }
}
