import { randomUUID } from 'node:crypto'
import { identityContract, TEST_IDENTITY_KEY, testIdentity } from '@wardstone/cluster/testing'
import t from 'tap'
import { build } from './helper.ts'

const caller = { role: 'admin', hospital_id: randomUUID() } as const
const request = { service: 'patient', method: 'GET', url: '/api/things' }

t.test('no wrong identity gets as far as a handler', async (t) => {
  const { app, handled } = await build(t)
  const { right, wrong } = await identityContract(app, { ...request, caller })
  t.same(
    right.map(({ status }) => status),
    [200, 200],
  )
  for (const { what, status, code } of wrong) t.same([status, code], [401, 'unauthenticated'], what)
  t.equal(handled.length, 2, 'the right ones only')
})

t.test('a token of another algorithm, or a huge one', async (t) => {
  const { app, handled } = await build(t)
  const { authorization = '' } = testIdentity(caller, request)
  const [, claims, signature] = authorization.replace('Bearer ', '').split('.')
  const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url')
  for (const token of [
    `${part({ alg: 'none', typ: 'JWT' })}.${claims}.`,
    `${part({ alg: 'HS512', typ: 'JWT' })}.${claims}.${signature}`,
    `${part({ alg: 'HS256', typ: 'JWT', crit: ['x'] })}.${claims}.${signature}`,
    'x'.repeat(6_000),
    'a.b.c',
    '..',
    'Ünï',
  ]) {
    const answer = await app.inject({
      url: request.url,
      headers: { authorization: `Bearer ${token}` },
    })
    t.equal(answer.statusCode, 401, token.slice(0, 20))
  }
  t.equal(handled.length, 0)
})

t.test('a caught write cannot be sent again, a read can', async (t) => {
  const { app, handled } = await build(t)
  const write = { ...request, method: 'POST' }
  const headers = testIdentity(caller, write)
  const post = () =>
    app.inject({ method: 'POST', url: request.url, headers, payload: { name: 'x' } })
  t.equal((await post()).statusCode, 200)
  t.equal((await post()).statusCode, 401)
  t.equal(handled.length, 1)
  const reading = testIdentity(caller, request)
  for (const _ of [1, 2])
    t.equal((await app.inject({ url: request.url, headers: reading })).statusCode, 200)
})

t.test('a token made for later is not taken, one of a clock a little ahead is', async (t) => {
  const { app } = await build(t)
  const now = Math.floor(Date.now() / 1000)
  for (const [ahead, status] of [
    [2, 200],
    [60, 401],
    [3600, 401],
  ] as const) {
    const claims = { iat: now + ahead, exp: now + ahead + 30 }
    const headers = testIdentity(caller, { ...request, claims })
    t.equal((await app.inject({ url: request.url, headers })).statusCode, status, `${ahead} s`)
  }
})

t.test('while a key is rotated both are taken, others never', async (t) => {
  const next = 'the-next-identity-key-of-more-than-thirty-two-bytes'
  const { app } = await build(t, {
    config: {
      HOST: '127.0.0.1',
      PORT: 0,
      LOG_LEVEL: 'silent',
      IDENTITY_KEY: next,
      IDENTITY_KEY_PREVIOUS: TEST_IDENTITY_KEY,
    },
  })
  for (const [key, status] of [
    [next, 200],
    [TEST_IDENTITY_KEY, 200],
    ['a-third-key-of-more-than-thirty-two-bytes-in-length', 401],
  ] as const) {
    const headers = testIdentity(caller, { ...request, key })
    t.equal((await app.inject({ url: request.url, headers })).statusCode, status)
  }
})

t.test('an unknown route says no more than a known one', async (t) => {
  const { app, as } = await build(t)
  t.equal((await app.inject('/api/nothing')).statusCode, 401)
  t.match((await as(caller).get('/api/nothing')).json(), { status: 404, code: 'not_found' })
})
