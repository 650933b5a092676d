import { Type } from '@sinclair/typebox'
import { TypeCompiler } from '@sinclair/typebox/compiler'
import { type AccessClaims, AccessClaimsSchema } from '@wardstone/contracts'
import { LRUCache } from 'lru-cache'
import { invalidToken, unavailable } from './errors.ts'
import type { Verify } from './key-set.ts'
import type { Keys } from './keys.ts'

const isAccessClaims = TypeCompiler.Compile(AccessClaimsSchema)
/** What the auth service writes into a header, and no more: nothing that chooses a key or a rule. */
const isHeader = TypeCompiler.Compile(
  Type.Object(
    { alg: Type.Literal('ES256'), typ: Type.Literal('at+jwt'), kid: Type.String() },
    { additionalProperties: false },
  ),
)
/** 64 bytes have one spelling: the last sign has four bits to spare, which are zero. */
const SIGNATURE = /\.[\w-]{85}[AQgw]$/
const MAX_TOKEN_LENGTH = 4096
const MAX_CACHED = 10_000
const MAX_CACHE_MS = 30_000

interface Verified {
  claims: Readonly<AccessClaims>
  until: number
}

/**
 * Turns access tokens into claims. A token that was verified is believed again for 30 s, by its
 * exact bytes; revocation is not judged here, so that a cached token can still be refused.
 */
export class AccessTokens {
  readonly #keys: Keys
  readonly #verified = new LRUCache<string, Verified>({ max: MAX_CACHED })

  constructor(keys: Keys) {
    this.#keys = keys
    keys.onChange(() => this.#verified.clear())
  }

  /**
   * The claims of `token`, at once unless its key id is new.
   * @throws problem 401 for a token that is wrong in any way, 503 while no keys are known
   */
  verify(token: string): Readonly<AccessClaims> | Promise<Readonly<AccessClaims>> {
    const verified = this.#verified.get(token)
    if (verified !== undefined && verified.until > Date.now()) return verified.claims
    const kid = kidOf(token)
    if (kid === undefined) throw invalidToken()
    const verify = this.#keys.find(kid)
    return verify ? this.#check(token, verify) : this.#checkWithNewKey(token, kid)
  }

  async #checkWithNewKey(token: string, kid: string): Promise<Readonly<AccessClaims>> {
    const verify = await this.#keys.findNew(kid)
    if (verify) return this.#check(token, verify)
    throw this.#keys.published === undefined ? unavailable() : invalidToken()
  }

  #check(token: string, verify: Verify): Readonly<AccessClaims> {
    const claims = claimsOf(token, verify)
    const until = Math.min(claims.exp * 1000, Date.now() + MAX_CACHE_MS)
    this.#verified.set(token, { claims, until })
    return claims
  }
}

function claimsOf(token: string, verify: Verify): Readonly<AccessClaims> {
  let claims: unknown
  try {
    claims = verify(token)
  } catch {
    throw invalidToken()
  }
  if (!isAccessClaims.Check(claims)) throw invalidToken()
  return Object.freeze(claims)
}

function kidOf(token: string): string | undefined {
  if (token.length > MAX_TOKEN_LENGTH || !SIGNATURE.test(token)) return undefined
  try {
    const header = JSON.parse(
      Buffer.from(token.slice(0, token.indexOf('.')), 'base64url').toString(),
    )
    return isHeader.Check(header) ? header.kid : undefined
  } catch {
    return undefined
  }
}
