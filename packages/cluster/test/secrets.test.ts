import { createPrivateKey } from 'node:crypto'
import { readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { Secrets } from '../src/secrets.ts'
import { temporaryFolder } from './helper.ts'

t.test('secrets are made once and only their owner reads them', async (t) => {
  const data = temporaryFolder(t)
  const read = (secrets: Secrets) => ({
    identity: secrets.identityKey('patient'),
    database: secrets.databasePasswords('patient'),
    signing: readFileSync(secrets.signingKeysFile(), 'utf8'),
    checkpoint: readFileSync(secrets.checkpointKeyFile(), 'utf8'),
  })
  const first = read(new Secrets(data))
  t.same(read(new Secrets(data)), first)
  t.not(first.identity, new Secrets(data).identityKey('audit'), 'one key per service')
  for (const file of readdirSync(join(data, 'secrets'))) {
    t.equal(statSync(join(data, 'secrets', file)).mode & 0o777, 0o600, file)
  }
})

t.test('the keys are what their services expect', async (t) => {
  const secrets = new Secrets(temporaryFolder(t))
  t.ok(Buffer.from(secrets.identityKey('auth'), 'base64url').length >= 32)
  const { keys } = JSON.parse(readFileSync(secrets.signingKeysFile(), 'utf8'))
  t.match(keys, [{ kty: 'EC', crv: 'P-256', alg: 'ES256', use: 'sig', kid: /^[\w-]{43}$/ }])
  t.equal(createPrivateKey({ key: keys[0], format: 'jwk' }).asymmetricKeyType, 'ec')
  const checkpoint = JSON.parse(readFileSync(secrets.checkpointKeyFile(), 'utf8'))
  t.equal(createPrivateKey({ key: checkpoint, format: 'jwk' }).asymmetricKeyType, 'ed25519')
})

t.test('a new key for checkpoints signs, and those before it stay in public', async (t) => {
  const secrets = new Secrets(temporaryFolder(t))
  const keys = () => JSON.parse(readFileSync(secrets.checkpointKeyFile(), 'utf8'))
  const first = keys()
  secrets.rotateCheckpointKey()
  const [second] = keys().keys
  secrets.rotateCheckpointKey()
  const [third, ...previous] = keys().keys
  t.equal(new Set([first.x, second.x, third.x]).size, 3)
  t.type(third.d, 'string')
  t.same(
    previous,
    [second, first].map(({ d: _, ...key }) => key),
  )
})
