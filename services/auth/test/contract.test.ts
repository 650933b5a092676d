import { randomUUID } from 'node:crypto'
import { identityContract, OpenApiContract } from '@wardstone/cluster/testing'
import t from 'tap'
import type { SignedIn } from '../src/sessions/schemas.ts'
import { build, CITY, PASSWORD } from './helper.ts'

t.test('answers are what the OpenAPI document promises', async (t) => {
  const { app, anonymous, signedIn, somebody } = await build(t)
  const contract = new OpenApiContract(app.swagger())
  const keep = (method: string, url: string, answer: Awaited<ReturnType<typeof anonymous.get>>) => {
    t.same(contract.violations(method, url, answer), [], `${method} ${url} ${answer.statusCode}`)
    return answer
  }
  const post = async (url: string, payload: object) =>
    keep('POST', url, await anonymous.post(url, { payload }))

  const names = { first_name: 'A', last_name: 'B', phone: null, hospital_id: CITY.id }
  const account = { username: 'newcomer', email: 'a@example.org', password: PASSWORD, ...names }
  for (const body of [account, account, { ...account, role: 'admin' }]) {
    await post('/api/auth/register', body)
  }
  const { username } = await somebody()
  const signIn = await post('/api/auth/login', { username, password: PASSWORD })
  await post('/api/auth/login', { username, password: 'wrong' })
  await post('/api/auth/login', { username: 'newcomer', password: PASSWORD })
  const { refresh_token } = signIn.json<SignedIn>()
  await post('/api/auth/refresh', { refresh_token })
  await post('/api/auth/refresh', { refresh_token: 'none' })

  const { caller } = await signedIn()
  const profile = '/api/auth/profile'
  keep('GET', profile, await caller.get(profile))
  keep('GET', profile, await anonymous.get(profile))
  keep('PATCH', profile, await caller.patch(profile, { payload: { phone: '0171 123' } }))
  keep('PATCH', profile, await caller.patch(profile, { payload: { phone: null, version: 1 } }))
  keep('PATCH', profile, await caller.patch(profile, { payload: { email: 'a@example.org' } }))
  const sessions = '/api/auth/sessions'
  const { results } = keep('GET', sessions, await caller.get(sessions)).json()
  keep('DELETE', `${sessions}/{id}`, await caller.delete(`${sessions}/${results[0].id}`))
  keep('DELETE', `${sessions}/{id}`, await caller.delete(`${sessions}/${results[0].id}`))
  const password = '/api/auth/password'
  const change = { current_password: PASSWORD, new_password: `${PASSWORD}!` }
  keep('POST', password, await caller.post(password, { payload: change }))
  keep('POST', password, await caller.post(password, { payload: change }))
  keep('POST', '/api/auth/logout', await caller.post('/api/auth/logout'))
  const admin = await signedIn({ role: 'admin' })
  const users = '/api/users'
  keep('GET', users, await admin.caller.get(users))
  for (const id of [admin.user.id, randomUUID()]) {
    keep('GET', `${users}/${id}`, await admin.caller.get(`${users}/${id}`))
  }
  const jwks = '/.well-known/jwks.json'
  keep('GET', jwks, await anonymous.get(jwks))
  t.same(contract.unasked(), [], 'every documented operation was asked')
  t.notOk(
    JSON.stringify(app.swagger()).includes('/internal/'),
    'internal routes are not documented',
  )
})

t.test('the identity contract with the gateway', async (t) => {
  const { app, signedIn } = await build(t)
  const { claims } = await signedIn()
  const url = '/api/auth/profile'
  const { right, wrong } = await identityContract(app, { service: 'auth', url, caller: claims })
  for (const result of right) t.match(result, { status: 200, queries: 1 }, result.what)
  for (const result of wrong) {
    t.match(result, { status: 401, code: 'unauthenticated', queries: 0 }, result.what)
  }
  t.ok(wrong.length >= 20)
})

t.test('public routes need the gateway’s identity too', async (t) => {
  const { app } = await build(t)
  t.equal((await app.inject('/.well-known/jwks.json')).statusCode, 401)
  const login = { method: 'POST', url: '/api/auth/login', payload: {} } as const
  t.equal((await app.inject(login)).statusCode, 401)
})

t.test('ready as long as PostgreSQL answers, with or without NATS', async (t) => {
  const { app } = await build(t)
  const answer = await app.inject('/ready')
  t.equal(answer.statusCode, 200)
  t.same(answer.json(), { status: 'ready', parts: { postgres: 'up', nats: 'down' } })
})
