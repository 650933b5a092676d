import { createHash, generateKeyPairSync, randomBytes } from 'node:crypto'
import { mkdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { randomPassword, secretFile, writeSecretFile } from './secret-file.ts'

/** The passwords of one service's database roles. */
export interface DatabasePasswords {
  app: string
  relay: string
  system: string
}

/** Everything secret of one cluster: made once, kept in files that only the owner can read. */
export class Secrets {
  readonly #folder: string

  constructor(data: string) {
    this.#folder = join(data, 'secrets')
    mkdirSync(this.#folder, { recursive: true, mode: 0o700 })
  }

  /** The HS256 key that the gateway shares with one service. */
  identityKey(service: string): string {
    return this.#keep(`identity-${service}.key`, randomKey)
  }

  /** The HS256 key of the questions that one service asks another. */
  peerKey(asking: string, asked: string): string {
    return this.#keep(`identity-${asking}-${asked}.key`, randomKey)
  }

  /** The passwords of a service's roles in PostgreSQL. */
  databasePasswords(service: string): DatabasePasswords {
    const password = (role: string) =>
      this.#keep(`postgres-${service}-${role}.password`, randomPassword)
    return { app: password('app'), relay: password('relay'), system: password('system') }
  }

  /** The file with the keys that access tokens are signed with, the current one first. */
  signingKeysFile(): string {
    const name = 'signing-keys.json'
    this.#keep(name, () => JSON.stringify({ keys: [signingKey()] }, undefined, 2))
    return join(this.#folder, name)
  }

  /** The file with the key that checkpoints of the audit chains are signed with, and those before it. */
  checkpointKeyFile(): string {
    const name = 'checkpoint-key.json'
    this.#keep(name, () => JSON.stringify(checkpointKey(), undefined, 2))
    return join(this.#folder, name)
  }

  /**
   * Gives the checkpoints a new key. Of those before, the public part stays, for what they signed; their
   * private part is gone.
   */
  rotateCheckpointKey(): void {
    const file = this.checkpointKeyFile()
    const content = JSON.parse(readFileSync(file, 'utf8'))
    const previous = (content.keys ?? [content]).map(
      ({ d: _, ...publicKey }: { d?: string }) => publicKey,
    )
    writeSecretFile(file, JSON.stringify({ keys: [checkpointKey(), ...previous] }, undefined, 2))
  }

  #keep(name: string, make: () => string): string {
    return secretFile(join(this.#folder, name), make)
  }
}

function randomKey(): string {
  return randomBytes(32).toString('base64url')
}

function signingKey() {
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  const jwk = privateKey.export({ format: 'jwk' })
  return { ...jwk, kid: thumbprint(jwk, ['crv', 'kty', 'x', 'y']), alg: 'ES256', use: 'sig' }
}

function checkpointKey() {
  const jwk = generateKeyPairSync('ed25519').privateKey.export({ format: 'jwk' })
  return { ...jwk, kid: thumbprint(jwk, ['crv', 'kty', 'x']), alg: 'EdDSA', use: 'sig' }
}

/** The key's name by its content (RFC 7638). */
function thumbprint(jwk: object, members: string[]): string {
  const required = Object.fromEntries(members.map((member) => [member, Reflect.get(jwk, member)]))
  return createHash('sha256').update(JSON.stringify(required)).digest('base64url')
}
