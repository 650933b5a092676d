import {
  GATEWAY_ISSUER,
  IDENTITY_TOKEN_SECONDS,
  type Identity,
  type IdentityClaims,
  type ServiceName,
} from '@wardstone/contracts'
import { createSigner } from 'fast-jwt'

/** Signs what the services believe: who asks for which method and URL. Each service has its own key. */
export class IdentityTokens {
  readonly #signers: Record<ServiceName, (claims: IdentityClaims) => string>

  constructor(keys: Record<ServiceName, string>) {
    const signer = (key: string) => createSigner<IdentityClaims>({ algorithm: 'HS256', key })
    this.#signers = {
      auth: signer(keys.auth),
      hospital: signer(keys.hospital),
      patient: signer(keys.patient),
      audit: signer(keys.audit),
    }
  }

  /** @param url path and query exactly as they are sent to the service */
  sign(service: ServiceName, identity: Identity, method: string, url: string): string {
    const iat = Math.floor(Date.now() / 1000)
    return this.#signers[service]({
      iss: GATEWAY_ISSUER,
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
