import { createHmac, type KeyObject, sign } from 'node:crypto'
import { accessClaims, encoded, type World } from '@wardstone/cluster/testing'
import { type Person, tokenOf } from '../../people.ts'

/** A token that must be refused. */
export interface TokenVector {
  group: string
  what: string
  /** What follows `Bearer `; bytes beyond ASCII are Latin-1. */
  token: string
  /** HTTP itself may refuse it before anybody looks at the token. */
  or?: number
}

/** What a forger has: the published key, a good token of their own, and what they want to say. */
export class Forge {
  /** The forger's own good token. */
  readonly good: string
  readonly parts: readonly [header: string, payload: string, signature: string]
  readonly header: Readonly<Record<string, unknown>>
  readonly publicKey: KeyObject
  readonly #privateKey: KeyObject

  constructor(world: World, person: Person) {
    const { kid, publicKey, privateKey } = world.signer.key()
    this.good = tokenOf(world, person)
    this.parts = this.good.split('.') as [string, string, string]
    this.header = { alg: 'ES256', typ: 'at+jwt', kid }
    this.publicKey = publicKey
    this.#privateKey = privateKey
  }

  /** The payload of an administrator, who the forger would like to be. */
  get wanted(): string {
    return encoded(accessClaims({ ...JSON.parse(text(this.parts[1])), role: 'admin' }))
  }

  /** A token that only its header makes wrong: signed with the right key. */
  signed(header: string, payload = this.parts[1]): string {
    return `${header}.${payload}.${this.signature(`${header}.${payload}`).toString('base64url')}`
  }

  /** The right signature of `input`, as JWS spells it: r and s, 32 bytes each. */
  signature(input = `${this.parts[0]}.${this.parts[1]}`): Buffer {
    return sign('sha256', Buffer.from(input), { key: this.#privateKey, dsaEncoding: 'ieee-p1363' })
  }

  /** The right signature as DER spells it. */
  derSignature(): Buffer {
    return sign('sha256', Buffer.from(`${this.parts[0]}.${this.parts[1]}`), this.#privateKey)
  }

  /** The good token with another signature. */
  withSignature(signature: Buffer): string {
    return `${this.parts[0]}.${this.parts[1]}.${signature.toString('base64url')}`
  }

  /** What the forger wants, under a MAC of `key`. */
  macced(header: object, key: string | Buffer, hash = 'sha256'): string {
    const input = `${encoded({ ...this.header, ...header })}.${this.wanted}`
    return `${input}.${createHmac(hash, key).update(input).digest('base64url')}`
  }

  /** What the forger wants, under any signature. */
  forged(header: object, by: (input: Buffer) => Buffer): string {
    const input = `${encoded({ ...this.header, ...header })}.${this.wanted}`
    return `${input}.${by(Buffer.from(input)).toString('base64url')}`
  }
}

/** The text that a part of a token spells. */
export function text(part: string): string {
  return Buffer.from(part, 'base64url').toString()
}

/** A part of a token that spells these bytes. */
export function part(bytes: string | Buffer): string {
  return Buffer.from(bytes).toString('base64url')
}
