import type { AccessClaims } from '@wardstone/contracts'
import { createSigner } from 'fast-jwt'
import { v7 as uuidv7 } from 'uuid'
import type { Config } from '../config.ts'
import type { SigningKeys } from './signing-keys.ts'

/** Whom an access token stands for: one membership, in one session. */
export type Holder = Pick<
  AccessClaims,
  | 'sub'
  | 'sid'
  | 'username'
  | 'role'
  | 'membership_version'
  | 'hospital_id'
  | 'hospital_name'
  | 'break_glass'
>

/** Signs access tokens with the current key. */
export class AccessTokens {
  readonly seconds: number
  readonly #sign: (claims: AccessClaims) => string
  readonly #fixed: Pick<AccessClaims, 'iss' | 'aud'>

  constructor(keys: SigningKeys, config: Config) {
    const { kid, pem } = keys.current
    this.seconds = config.ACCESS_TOKEN_SECONDS
    this.#fixed = { iss: config.TOKEN_ISSUER, aud: config.TOKEN_AUDIENCE }
    this.#sign = createSigner<AccessClaims>({
      algorithm: 'ES256',
      key: pem,
      header: { alg: 'ES256', typ: 'at+jwt', kid },
    })
  }

  /** @param sessionEnd no token outlives its session */
  issue(holder: Holder, sessionEnd: string): { access_token: string; expires_in: number } {
    // Gateways read the millisecond of issue from the UUIDv7: `iat` has only the second.
    const msecs = Date.now()
    const iat = Math.floor(msecs / 1000)
    const jti = uuidv7({ msecs })
    const exp = Math.min(iat + this.seconds, Math.floor(Date.parse(sessionEnd) / 1000))
    const access_token = this.#sign({ ...this.#fixed, ...holder, jti, iat, exp })
    return { access_token, expires_in: exp - iat }
  }
}
