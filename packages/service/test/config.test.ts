import { spawnSync } from 'node:child_process'
import { Type } from '@sinclair/typebox'
import t from 'tap'
import { loadConfig, ServiceConfigSchema } from '../src/index.ts'

const schema = Type.Object({ ...ServiceConfigSchema.properties, DATABASE_URL: Type.String() })
const key = 'k'.repeat(43)

t.test('reads what is named, parses it, fills in defaults', async (t) => {
  const config = loadConfig(schema, { IDENTITY_KEY: key, DATABASE_URL: 'x', PORT: '80', HOME: '/' })
  t.same(config, {
    HOST: '127.0.0.1',
    PORT: 80,
    LOG_LEVEL: 'info',
    IDENTITY_KEY: key,
    DATABASE_URL: 'x',
  })
})

t.test('a missing or wrong variable is one sentence with its name, not its value', async (t) => {
  const given = { IDENTITY_KEY: key, DATABASE_URL: 'x' }
  for (const [env, message] of [
    [{ DATABASE_URL: 'x' }, 'The environment variable IDENTITY_KEY is missing.'],
    [
      { ...given, IDENTITY_KEY: 'short-CANARY' },
      /^The environment variable IDENTITY_KEY is wrong: [^C]*\.$/,
    ],
    [{ ...given, DATABASE_URL: '' }, 'The environment variable DATABASE_URL is missing.'],
    [{ ...given, PORT: 'CANARY' }, /^The environment variable PORT is wrong: [^C]*\.$/],
    [{ ...given, LOG_LEVEL: 'CANARY' }, /^The environment variable LOG_LEVEL is wrong: [^C]*\.$/],
  ] as const) {
    t.throws(() => loadConfig(schema, env), { message })
  }
})

t.test('a process without its configuration says so in one sentence and ends', async (t) => {
  const program = new URL('./fixtures/misconfigured.ts', import.meta.url)
  const child = spawnSync(process.execPath, [program.pathname], { env: {}, encoding: 'utf8' })
  t.equal(child.status, 1)
  t.equal(child.stderr, 'The environment variable IDENTITY_KEY is missing.\n')
  t.equal(child.stdout, '')
})
