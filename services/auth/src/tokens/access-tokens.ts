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

  issue(holder: Holder): string {
    // Gateways read the millisecond of issue from the UUIDv7: `iat` has only the second.
    const msecs = Date.now()
    const iat = Math.floor(msecs / 1000)
    const jti = uuidv7({ msecs })
    return this.#sign({ ...this.#fixed, ...holder, jti, iat, exp: iat + this.seconds })
  }
}
