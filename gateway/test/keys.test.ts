import { generateKeyPairSync } from 'node:crypto'
import { Signer } from '@wardstone/cluster/testing'
import { createLogger } from '@wardstone/service'
import t from 'tap'
import { AccessTokens } from '../src/access-tokens.ts'
import { invalidToken } from '../src/errors.ts'
import { publishedKeys } from '../src/key-set.ts'
import { Keys } from '../src/keys.ts'
import { eventually } from './helper.ts'

const rules = {
  issuer: 'wardstone',
  audience: 'wardstone-api',
  logger: createLogger('gateway', 'silent'),
}

t.test('a key that is withdrawn is refused, also for tokens seen before', async (t) => {
  const signer = new Signer()
  const old = signer.token({}, {}, signer.addKey('old'))
  const keys = new Keys({ ...rules, fetch: async () => signer.jwks(), refreshMs: 20 })
  const tokens = new AccessTokens(keys)
  await keys.start()
  t.teardown(() => keys.stop())
  await eventually(() => keys.published)
  const claims = await tokens.verify(old)
  t.equal(await tokens.verify(old), claims, 'remembered')
  t.ok(Object.isFrozen(claims), 'nobody can change what others will be given')
  signer.removeKey('old')
  await eventually(() => keys.find('old') === undefined)
  await t.rejects(async () => tokens.verify(old), invalidToken())
  t.ok(await tokens.verify(signer.token()), 'the other key stays good')
})

t.test('a key that changes under its id is not the old key', async (t) => {
  const first = new Signer()
  let signer = first
  const keys = new Keys({ ...rules, fetch: async () => signer.jwks() })
  const tokens = new AccessTokens(keys)
  await keys.refresh()
  const token = first.token()
  t.ok(await tokens.verify(token))
  signer = new Signer()
  await keys.refresh()
  await t.rejects(async () => tokens.verify(token), invalidToken())
})

t.test('a failed look keeps the last set; an empty one is believed', async (t) => {
  const signer = new Signer()
  let answer: () => unknown = () => signer.jwks()
  const keys = new Keys({ ...rules, fetch: async () => answer() })
  await keys.refresh()
  for (const bad of [null, {}, { keys: 'none' }, 'text', new Error('away')]) {
    answer = () => {
      if (bad instanceof Error) throw bad
      return bad
    }
    await keys.refresh()
    t.ok(keys.find('key-1'), String(bad))
  }
  answer = () => ({ keys: [] })
  await keys.refresh()
  t.equal(keys.find('key-1'), undefined)
})

t.test('who waits for the same look shares it', async (t) => {
  const signer = new Signer()
  let looks = 0
  const fetch = async () => {
    looks += 1
    await new Promise((resolve) => setTimeout(resolve, 20))
    return signer.jwks()
  }
  const keys = new Keys({ ...rules, fetch })
  const found = await Promise.all(Array.from({ length: 100 }, () => keys.findNew('key-1')))
  t.ok(found.every((verify) => verify !== undefined))
  t.equal(looks, 1)
  t.equal(await keys.findNew('made-up'), undefined)
  t.equal(looks, 1, 'and the next has to wait')
})

t.test('entries of another kind are left out', async (t) => {
  const signer = new Signer()
  const [good] = signer.jwks().keys as [Record<string, unknown>]
  const p384 = generateKeyPairSync('ec', { namedCurve: 'P-384' }).publicKey.export({
    format: 'jwk',
  })
  const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 }).publicKey.export({
    format: 'jwk',
  })
  const bad = [
    { ...good, alg: 'HS256' },
    { ...good, alg: undefined },
    { ...good, use: 'enc' },
    { ...good, use: undefined },
    { ...good, kty: 'oct', k: 'c2VjcmV0' },
    { ...good, d: 'a private part' },
    { ...good, kid: undefined },
    { ...good, kid: '../x' },
    { ...good, x: `${good.x}AA` },
    { ...p384, alg: 'ES256', use: 'sig', kid: 'p384' },
    { ...rsa, alg: 'ES256', use: 'sig', kid: 'rsa' },
    null,
    'key',
  ]
  t.strictSame(publishedKeys({ keys: bad }), [])
  t.equal(publishedKeys({ keys: [...bad, good] }).length, 1)
})

t.test('a point that is not on the curve is no key, and stops no other', async (t) => {
  const signer = new Signer()
  const [good] = signer.jwks().keys as [Record<string, unknown>]
  const off = { ...good, kid: 'off', y: good.x }
  const keys = new Keys({ ...rules, fetch: async () => ({ keys: [off, good] }) })
  await keys.refresh()
  t.ok(keys.find('key-1'))
  t.equal(keys.find('off'), undefined)
})
