import { generateKeyPairSync, sign } from 'node:crypto'
import { encoded } from '@wardstone/cluster/testing'
import { type Forge, part, type TokenVector, text } from './forge.ts'

/** Headers that would choose the key, the rules or the reading. */
export function headers(forge: Forge): TokenVector[] {
  return [...ownKeys(forge), ...keyIds(forge), ...odd(forge), ...twice(forge), ...large(forge)]
}

/** The forger's own key, shown in the token in every way that RFC 7515 §4.1 has. */
function ownKeys(forge: Forge): TokenVector[] {
  const own = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  const jwk = { ...own.publicKey.export({ format: 'jwk' }), alg: 'ES256', use: 'sig' }
  const der = own.publicKey.export({ type: 'spki', format: 'der' }).toString('base64')
  const shown: object[] = [
    {},
    { jwk },
    { jwk: { ...jwk, kid: forge.header.kid } },
    { jwk, kid: undefined },
    { jwks: { keys: [jwk] } },
    { jku: 'http://127.0.0.1:1/jwks.json' },
    { jku: `data:application/json,${JSON.stringify({ keys: [jwk] })}` },
    { x5u: 'http://127.0.0.1:1/key.pem' },
    { x5c: [der] },
    { x5c: [der], kid: undefined },
    { x5t: 'AAAAAAAAAAAAAAAAAAAAAAAAAAA' },
    { 'x5t#S256': part(Buffer.alloc(32)) },
    { epk: jwk },
    { key: own.publicKey.export({ type: 'spki', format: 'pem' }) },
    { iss: 'http://127.0.0.1:1' },
  ]
  return shown.map((header) => ({
    group: 'own key',
    what: Object.keys(header).join(' ') || 'not shown',
    token: forge.forged(header, (input) =>
      sign('sha256', input, { key: own.privateKey, dsaEncoding: 'ieee-p1363' }),
    ),
  }))
}

/** Key ids that are another thing to who looks them up; with a MAC of nothing, and rightly signed. */
function keyIds(forge: Forge): TokenVector[] {
  const ids: unknown[] = [
    '',
    '.',
    '/dev/null',
    '../../../../../../dev/null',
    'key-1/../key-1',
    'key-1\0',
    ' key-1',
    'key-1 ',
    'KEY-1',
    'key-1,key-1',
    '*',
    "x' union select '",
    "' or '1'='1",
    "key-1'; drop table account; --",
    '| id',
    '$(id)',
    'http://127.0.0.1:1/jwks.json',
    'file:///dev/null',
    '__proto__',
    'constructor',
    'toString',
    '0',
    'k\u0435y-1',
    'ｋey-1',
    '\ud800',
    'k'.repeat(65),
    'k'.repeat(2000),
    ['key-1'],
    [],
    {},
    { toString: 'key-1' },
    null,
    true,
    0,
  ]
  return ids.flatMap((kid) => [
    {
      group: 'key id',
      what: `${JSON.stringify(kid).slice(0, 40)}, a MAC of nothing`,
      token: forge.macced({ alg: 'HS256', kid }, ''),
    },
    {
      group: 'key id',
      what: `${JSON.stringify(kid).slice(0, 40)}, rightly signed`,
      token: forge.signed(encoded({ ...forge.header, kid })),
    },
  ])
}

/** Rightly signed, under rules that are not ours. */
function odd(forge: Forge): TokenVector[] {
  const changes: object[] = [
    { typ: 'JWT' },
    { typ: 'at+JWT; x=y' },
    { typ: 'application/at+jwt; x' },
    { typ: '' },
    { typ: null },
    { typ: ['at+jwt'] },
    { typ: undefined },
    { crit: [] },
    { crit: ['exp'] },
    { crit: ['alg'] },
    { crit: ['b64'], b64: false },
    { crit: ['b64'], b64: true },
    { crit: 'b64' },
    { crit: null },
    { crit: {} },
    { crit: ['http://example.org/x'], 'http://example.org/x': true },
    { alg: 'es256' },
    { alg: 'ES256 ' },
    { alg: ['ES256'] },
  ]
  const unencoded = `${encoded({ ...forge.header, b64: false, crit: ['b64'] })}.${text(forge.parts[1])}`
  return [
    ...changes.map((change) => ({
      group: 'odd header',
      what: JSON.stringify(change),
      token: forge.signed(encoded({ ...forge.header, ...change })),
    })),
    {
      group: 'odd header',
      what: 'a payload that is not encoded (RFC 7797)',
      token: `${unencoded}.${part(forge.signature(unencoded))}`,
    },
  ]
}

/** Members that are there twice (RFC 7515 §4, RFC 7519 §4): the last is what counts, so a wrong last one is wrong. */
function twice(forge: Forge): TokenVector[] {
  const [header, payload] = forge.parts.map(text) as [string, string]
  const again = (document: string, member: string) => part(document.replace(/\}$/, `,${member}}`))
  const inHeader = [
    '"alg":"none"',
    '"alg":"HS256"',
    '"typ":"JWT"',
    '"kid":"nobody"',
    '"kid":null',
    '"crit":["x"]',
  ]
  const inPayload = [
    '"exp":1',
    '"exp":"never"',
    '"iss":"nobody"',
    '"aud":["wardstone-api"]',
    '"sub":"*"',
    '"role":"system"',
    '"role":["doctor","admin"]',
    '"hospital_id":"*"',
    '"__proto__":{"role":"admin"}',
    '"constructor":{"prototype":{"role":"admin"}}',
    '"permissions":["*"]',
  ]
  return [
    ...inHeader.map((it) => [it, forge.signed(again(header, it))] as const),
    ...inPayload.map((it) => [it, forge.signed(forge.parts[0], again(payload, it))] as const),
  ].map(([what, token]) => ({ group: 'member twice', what, token }))
}

function large(forge: Forge): TokenVector[] {
  const [head, payload, signature] = forge.parts
  const nested = (depth: number) => `${'{"a":'.repeat(depth)}1${'}'.repeat(depth)}`
  const tokens: Record<string, string> = {
    'a header of 3 kB': forge.signed(encoded({ ...forge.header, x: 'x'.repeat(3000) })),
    'a header 500 deep': forge.signed(part(nested(500))),
    'a payload 500 deep': forge.signed(head, part(nested(500))),
    '4,096 signs': `${head}.${payload}.${signature}`.padEnd(4096, 'A'),
    '4,097 signs': `${head}.${payload}.${signature}`.padEnd(4097, 'A'),
    '7,000 signs': 'A'.repeat(7000),
    '7,000 dots': '.'.repeat(7000),
    '7,000 dots and signs': 'A.'.repeat(3500),
  }
  const tooLarge = { '9,000 signs': 'A'.repeat(9000), '100,000 dots': '.'.repeat(100_000) }
  return [
    ...Object.entries(tokens).map(([what, token]) => ({ group: 'size', what, token })),
    ...Object.entries(tooLarge).map(([what, token]) => ({ group: 'size', what, token, or: 431 })),
  ]
}
