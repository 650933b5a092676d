import { generateKeyPairSync, sign } from 'node:crypto'
import { encoded } from '@wardstone/cluster/testing'
import type { Forge, TokenVector } from './forge.ts'

/** Tokens that ask to be verified by other means than ours. */
export function algorithms(forge: Forge): TokenVector[] {
  return [...unsigned(forge), ...macs(forge), ...otherKeys(forge)]
}

function unsigned({ header, parts, wanted }: Forge): TokenVector[] {
  const names = [
    'none',
    'None',
    'NONE',
    'nOnE',
    'none ',
    ' none',
    'none\0',
    'ES256 none',
    '',
    'null',
  ]
  const others = [undefined, null, 0, false, true, [], {}, ['none'], ['ES256'], { alg: 'ES256' }]
  return [...names, ...others].flatMap((alg) =>
    ['', parts[2], 'AA'].map((signature) => ({
      group: 'alg none',
      what: `${JSON.stringify(alg)} with ${signature === '' ? 'no' : `a`} signature ${signature.slice(0, 2)}`,
      token: `${encoded({ ...header, alg })}.${wanted}.${signature}`,
    })),
  )
}

/** What is public about our key, in every spelling that was ever taken for a secret (fast-jwt#632, PyJWT CVE-2022-29217…). */
function macs(forge: Forge): TokenVector[] {
  const { publicKey, header } = forge
  const pem = publicKey.export({ type: 'spki', format: 'pem' }).toString()
  const der = publicKey.export({ type: 'spki', format: 'der' })
  const jwk = publicKey.export({ format: 'jwk' })
  const [x = '', y = ''] = [jwk.x, jwk.y]
  const point = Buffer.concat([Buffer.from(x, 'base64url'), Buffer.from(y, 'base64url')])
  const published = { ...jwk, alg: 'ES256', use: 'sig', kid: header.kid }
  const keys: Record<string, string | Buffer> = {
    'an empty key': '',
    'a zero byte': Buffer.alloc(1),
    '32 zero bytes': Buffer.alloc(32),
    'the word secret': 'secret',
    'the key id': String(header.kid),
    PEM: pem,
    'PEM, trimmed': pem.trim(),
    'PEM with CRLF': pem.replaceAll('\n', '\r\n'),
    'PEM on one line': pem.replaceAll('\n', ''),
    'PEM without its frame': pem.replaceAll(/-----.*-----|\n/g, ''),
    'PEM in Latin-1 with a byte order mark': `\ufeff${pem}`,
    DER: der,
    'DER in base64url': der.toString('base64url'),
    'DER in hex': der.toString('hex'),
    JWK: JSON.stringify(jwk),
    'JWK, spaced': JSON.stringify(jwk, null, 2),
    'JWK as published': JSON.stringify(published),
    JWKS: JSON.stringify({ keys: [published] }),
    'x as spelled': x,
    'x in bytes': Buffer.from(x, 'base64url'),
    'y in bytes': Buffer.from(y, 'base64url'),
    'x and y': point,
    'the point': Buffer.concat([Buffer.from([4]), point]),
    'the compressed point': Buffer.concat([
      Buffer.from([2 + ((point.at(-1) ?? 0) % 2)]),
      point.subarray(0, 32),
    ]),
    '[object Object]': '[object Object]',
    '[object KeyObject]': '[object KeyObject]',
  }
  const around = ['\n', '\r\n', ' ', '\t', '\0', '\v', '\f', 'x']
  const framed = around.flatMap((it) => [
    [`PEM after ${JSON.stringify(it)}`, `${it}${pem}`],
    [`PEM before ${JSON.stringify(it)}`, `${pem}${it}`],
  ])
  const vector = (alg: string, hash: string, [what, key]: [string, string | Buffer]) => ({
    group: 'public key as a secret',
    what: `${alg} with ${what}`,
    token: forge.macced({ alg }, key, hash),
  })
  const all = [...Object.entries(keys), ...(framed as [string, string][])]
  return [
    ...all.map((key) => vector('HS256', 'sha256', key)),
    ...all
      .slice(5, 8)
      .flatMap((key) => [
        vector('HS384', 'sha384', key),
        vector('HS512', 'sha512', key),
        vector('hs256', 'sha256', key),
        vector('ES256', 'sha256', key),
      ]),
  ]
}

/** Signed by a key of the forger's own, under our key id and each algorithm's name. */
function otherKeys(forge: Forge): TokenVector[] {
  const ec = (namedCurve: string) => generateKeyPairSync('ec', { namedCurve }).privateKey
  const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey
  const ed25519 = generateKeyPairSync('ed25519').privateKey
  const p1363 = { dsaEncoding: 'ieee-p1363' as const }
  const pss = { padding: 6, saltLength: 32 }
  const by: [algs: string[], key: Parameters<typeof sign>[2], hash: string | null][] = [
    [['ES256', 'es256', 'ES256K', 'ES384'], { key: ec('P-256'), ...p1363 }, 'sha256'],
    [['ES256K', 'ES256'], { key: ec('secp256k1'), ...p1363 }, 'sha256'],
    [['ES384', 'ES256'], { key: ec('P-384'), ...p1363 }, 'sha384'],
    [['ES512', 'ES256'], { key: ec('P-521'), ...p1363 }, 'sha512'],
    [['RS256', 'ES256'], rsa, 'sha256'],
    [['PS256', 'ES256'], { key: rsa, ...pss }, 'sha256'],
    [['EdDSA', 'Ed25519', 'ES256'], ed25519, null],
  ]
  return by.flatMap(([algs, key, hash], index) =>
    algs.map((alg) => ({
      group: 'another key',
      what: `${alg} by key ${index}`,
      token: forge.forged({ alg }, (input) => sign(hash, input, key)),
    })),
  )
}
