import {
  IDENTITY_TOKEN_SECONDS,
  type Identity,
  type IdentityClaims,
  type ServiceName,
} from '@wardstone/contracts'
import { createSigner } from 'fast-jwt'

/** Signs what a service believes: who asks for which method and URL. Each service has its own key. */
export class IdentityTokens<Name extends ServiceName = ServiceName> {
  readonly #issuer: IdentityClaims['iss']
  readonly #signers: Record<Name, (claims: IdentityClaims) => string>

  /** @param keys of the services that are asked, each shared with `issuer` alone */
  constructor(issuer: IdentityClaims['iss'], keys: Readonly<Record<Name, string>>) {
    this.#issuer = issuer
    const signers = Object.entries<string>(keys).map(([name, key]) => [
      name,
      createSigner<IdentityClaims>({ algorithm: 'HS256', key }),
    ])
    this.#signers = Object.fromEntries(signers)
  }

  /** @param url path and query exactly as they are sent to the service */
  sign(service: Name, identity: Identity, method: string, url: string): string {
    const iat = Math.floor(Date.now() / 1000)
    return this.#signers[service]({
      iss: this.#issuer,
      aud: service,
      iat,
      exp: iat + IDENTITY_TOKEN_SECONDS,
      method,
      url,
      request_id: identity.request_id,
      ip: identity.ip,
      user_agent: identity.user_agent,
      role: identity.role,
      sub: identity.user_id,
      username: identity.username,
      sid: identity.session_id,
      hospital_id: identity.hospital_id,
      hospital_name: identity.hospital_name,
      ...(identity.break_glass && { break_glass: identity.break_glass }),
    })
  }
}
