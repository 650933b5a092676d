import { generateKeyPairSync, type KeyObject, randomUUID, sign } from 'node:crypto'
import type { AccessClaims } from '@wardstone/contracts'

interface SigningKey {
  kid: string
  privateKey: KeyObject
  publicKey: KeyObject
}

/** Signs access tokens by hand: what the gateway accepts is not proved by the library it verifies with. */
export class Signer {
  readonly #keys: SigningKey[] = []

  constructor() {
    this.addKey('key-1')
  }

  /** Makes a key that is published from now on. */
  addKey(kid: string): SigningKey {
    const key = { kid, ...generateKeyPairSync('ec', { namedCurve: 'P-256' }) }
    this.#keys.push(key)
    return key
  }

  removeKey(kid: string): void {
    const index = this.#keys.findIndex((key) => key.kid === kid)
    this.#keys.splice(index, 1)
  }

  key(kid = 'key-1'): SigningKey {
    const key = this.#keys.find((it) => it.kid === kid)
    if (!key) throw new Error(`There is no key ${kid}.`)
    return key
  }

  jwks(): { keys: object[] } {
    return {
      keys: this.#keys.map(({ kid, publicKey }) => ({
        ...publicKey.export({ format: 'jwk' }),
        alg: 'ES256',
        use: 'sig',
        kid,
      })),
    }
  }

  /** A token of these claims; what is not said is made up. */
  token(claims: object = {}, header: object = {}, key = this.key()): string {
    return es256(
      { alg: 'ES256', typ: 'at+jwt', kid: key.kid, ...header },
      accessClaims(claims),
      key,
    )
  }

  /** The header that carries such a token. */
  bearer(claims: object = {}): { authorization: string } {
    return { authorization: `Bearer ${this.token(claims)}` }
  }
}

/** Good claims of a doctor, with `changes`; undefined takes a claim away. */
export function accessClaims(changes: object = {}): Partial<AccessClaims> {
  const now = Math.floor(Date.now() / 1000)
  return {
    iss: 'wardstone',
    aud: 'wardstone-api',
    sub: randomUUID(),
    sid: randomUUID(),
    jti: randomUUID(),
    iat: now,
    exp: now + 600,
    username: 'doctor_city',
    role: 'doctor',
    membership_version: 1,
    hospital_id: randomUUID(),
    hospital_name: 'City General Hospital',
    ...changes,
  }
}

/** Signs header and claims, whatever they say. */
export function es256(
  header: object,
  claims: object,
  { privateKey }: { privateKey: KeyObject },
): string {
  const text = `${encoded(header)}.${encoded(claims)}`
  const signature = sign('sha256', Buffer.from(text), {
    key: privateKey,
    dsaEncoding: 'ieee-p1363',
  })
  return `${text}.${signature.toString('base64url')}`
}

export function encoded(value: object): string {
  return Buffer.from(JSON.stringify(value)).toString('base64url')
}
