import { createPrivateKey } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { type Static, Type } from '@sinclair/typebox'
import { Value } from '@sinclair/typebox/value'
import { ConfigurationError } from '@wardstone/service'

const coordinate = Type.String({ pattern: '^[A-Za-z0-9_-]{43}$' })
const publicMembers = {
  kty: Type.Literal('EC'),
  crv: Type.Literal('P-256'),
  x: coordinate,
  y: coordinate,
  kid: Type.String({ pattern: '^[A-Za-z0-9_-]{1,64}$' }),
}

/** A public key as the gateways fetch it (RFC 7517). */
export const PublicKeySchema = Type.Object({
  ...publicMembers,
  alg: Type.Literal('ES256'),
  use: Type.Literal('sig'),
})
type PublicKey = Static<typeof PublicKeySchema>

const KeyFileSchema = Type.Object({
  keys: Type.Array(Type.Object({ ...publicMembers, d: coordinate }), { minItems: 1 }),
})

type KeyFile = Static<typeof KeyFileSchema>

/** The keys of access tokens: one signs; the others are published until their last token is over. */
export interface SigningKeys {
  current: { kid: string; pem: string }
  published: PublicKey[]
}

/**
 * Reads the private keys from a JWKS file, the current one first.
 * @throws ConfigurationError that names the file and never its content
 */
export async function loadSigningKeys(file: string): Promise<SigningKeys> {
  const document = await readFile(file, 'utf8')
    .then(JSON.parse)
    .catch(() => undefined)
  if (!Value.Check(KeyFileSchema, document)) {
    throw new ConfigurationError(
      `The file of signing keys ${file} is not a JWKS of private ES256 keys.`,
    )
  }
  const [{ kid, ...first }] = document.keys as [KeyFile['keys'][number]]
  const key = createPrivateKey({ key: first, format: 'jwk' })
  return {
    current: { kid, pem: key.export({ type: 'pkcs8', format: 'pem' }).toString() },
    published: document.keys.map((each) => ({
      kty: each.kty,
      crv: each.crv,
      x: each.x,
      y: each.y,
      kid: each.kid,
      alg: 'ES256',
      use: 'sig',
    })),
  }
}
