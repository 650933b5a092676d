import { createPublicKey } from 'node:crypto'
import { createVerifier } from 'fast-jwt'

/** A public key as we publish it: nothing but what RFC 7518 §6.2.1 needs. */
export interface PublishedKey {
  kty: 'EC'
  crv: 'P-256'
  alg: 'ES256'
  use: 'sig'
  kid: string
  x: string
  y: string
}

/** Checks signature and registered claims of a token at once; throws when one is wrong. */
export type Verify = (token: string) => unknown

/** What a token must say, besides being signed by one of the keys. */
export interface TokenRules {
  issuer: string
  audience: string
}

const KID = /^[A-Za-z0-9_-]{1,64}$/
const COORDINATE = /^[A-Za-z0-9_-]{43}$/

/** The usable keys of a JWKS document; entries of another kind, or that hold a private key, are left out. */
export function publishedKeys(document: unknown): PublishedKey[] {
  const keys = (document as { keys?: unknown } | null)?.keys
  if (!Array.isArray(keys)) throw new Error('The JWKS document has no keys.')
  return keys.filter(isUsable).map(({ kid, x, y }) => ({
    kty: 'EC',
    crv: 'P-256',
    alg: 'ES256',
    use: 'sig',
    kid,
    x,
    y,
  }))
}

function isUsable(key: Partial<PublishedKey> & { d?: unknown }): key is PublishedKey {
  return (
    key?.kty === 'EC' &&
    key.crv === 'P-256' &&
    key.alg === 'ES256' &&
    key.use === 'sig' &&
    key.d === undefined &&
    matches(KID, key.kid) &&
    matches(COORDINATE, key.x) &&
    matches(COORDINATE, key.y) &&
    isOnCurve(key as PublishedKey)
  )
}

function matches(pattern: RegExp, value: unknown): boolean {
  return typeof value === 'string' && pattern.test(value)
}

function isOnCurve({ kty, crv, x, y }: PublishedKey): boolean {
  try {
    createPublicKey({ key: { kty, crv, x, y }, format: 'jwk' })
    return true
  } catch {
    return false
  }
}

/** A prebuilt, synchronous check for tokens signed by `key` (asking for the key each time costs 4 times more). */
export function verifierFor(key: PublishedKey, { issuer, audience }: TokenRules): Verify {
  const publicKey = createPublicKey({ key: { ...key }, format: 'jwk' })
  return createVerifier({
    key: publicKey.export({ type: 'spki', format: 'pem' }).toString(),
    algorithms: ['ES256'],
    allowedIss: issuer,
    allowedAud: audience,
    requiredClaims: [
      'iss',
      'aud',
      'sub',
      'sid',
      'jti',
      'iat',
      'exp',
      'hospital_id',
      'role',
      'membership_version',
    ],
    clockTolerance: 2000,
    cache: false,
  })
}
