import { randomUUID } from 'node:crypto'
import { identityContract, NOWHERE, OpenApiContract } from '@wardstone/cluster/testing'
import { PLATFORM_HOSPITAL_ID } from '@wardstone/contracts'
import t from 'tap'
import type { SignedIn } from '../src/sessions/schemas.ts'
import { build, CITY, PASSWORD } from './helper.ts'

t.test('every documented status is answered, and every answer is documented', async (t) => {
  const { app, as, signedIn, somebody, login, sql } = await build(t)
  const contract = new OpenApiContract('auth', app)
  const platform = (await signedIn({ hospital_id: PLATFORM_HOSPITAL_ID, role: 'platform_admin' }))
    .claims
  const admin = (await signedIn({ role: 'admin' })).claims
  const asAdmin = as(admin)
  const known = async () => {
    const { username, password } = await somebody()
    return { body: { username, password, hospital_id: CITY.id } }
  }
  const another = async () => {
    const id = randomUUID()
    await sql('insert into hospital (hospital_id, slug, name) values ($1, $2, $2)', [id, `h-${id}`])
    return id
  }
  await contract.generate({
    away: (await build(t, { databaseUrl: NOWHERE })).app,
    caller: (role) => (role === 'platform_admin' ? platform : admin),
    examples: {
      'POST /api/auth/register': () => {
        const username = `newcomer_${randomUUID().slice(0, 8)}`
        const person = { username, email: `${username}@example.org`, password: PASSWORD }
        const names = { first_name: 'A', last_name: 'B', invitation_code: undefined }
        return { body: { ...person, ...names, hospital_id: CITY.id } }
      },
      'POST /api/auth/login': known,
      'POST /api/auth/memberships': async () => ({
        caller: (await signedIn()).claims,
        body: { hospital_id: await another(), invitation_code: undefined },
      }),
      'POST /api/auth/switch': async () => ({
        caller: (await signedIn()).claims,
        body: { hospital_id: CITY.id },
      }),
      'POST /api/auth/refresh': async () => {
        const { refresh_token } = (await login((await known()).body)).json<SignedIn>()
        return { body: { refresh_token } }
      },
      'POST /api/auth/password': async () => ({
        caller: (await signedIn()).claims,
        body: { current_password: PASSWORD, new_password: `${PASSWORD} ${randomUUID()}` },
      }),
      '/api/auth/sessions/{id}': async () => {
        const { claims } = await signedIn()
        return { caller: claims, params: { id: claims.session_id ?? '' } }
      },
      'POST /api/invitations/first-admin': async () => ({ body: { hospital_id: await another() } }),
      '/api/invitations/{id}': async () => {
        const payload = { email: 'a@example.org', role: 'nurse' }
        const { id } = (await asAdmin.post('/api/invitations', { payload })).json()
        return { params: { id } }
      },
      'POST /api/break-glass': async () => ({
        caller: (await signedIn({ hospital_id: PLATFORM_HOSPITAL_ID, role: 'platform_admin' }))
          .claims,
        body: { password: PASSWORD, hospital_id: CITY.id, patient_id: undefined },
      }),
      '/api/users/{id}': { params: { id: admin.user_id ?? '' } },
    },
  })

  const anonymous = contract.as({ role: 'anonymous' })
  const { username } = await somebody({ status: 'pending' })
  await anonymous.post('/api/auth/login', { payload: { username, password: PASSWORD } })
  await anonymous.post('/api/auth/login', { payload: { username, password: 'wrong' } })
  const { refresh_token, claims } = await signedIn()
  await sql("update membership set status = 'disabled' where account_id = $1", [claims.user_id])
  await anonymous.post('/api/auth/refresh', { payload: { refresh_token } })
  const names = { first_name: 'A', last_name: 'B', hospital_id: CITY.id }
  const taken = { username, email: 'a@example.org', password: PASSWORD, ...names }
  await anonymous.post('/api/auth/register', { payload: taken })
  const guessed = await somebody()
  // From elsewhere: the failures of one address stop everybody who is new there.
  const elsewhere = { ip: '198.51.100.7' }
  const stranger = contract.as({ role: 'anonymous', ...elsewhere })
  const guesser = contract.as({ ...(await signedIn()).claims, ...elsewhere })
  for (let guess = 0; guess < 11; guess += 1) {
    const wrong = { username: guessed.username, password: `wrong ${guess}` }
    await stranger.post('/api/auth/login', { payload: wrong })
    const change = { current_password: `wrong ${guess}`, new_password: `${PASSWORD}!` }
    await guesser.post('/api/auth/password', { payload: change })
  }
  const { email } = (await signedIn()).user
  await contract.as(admin).patch('/api/auth/profile', { payload: { email } })
  const joining = { payload: { hospital_id: CITY.id } }
  await contract.as(admin).post('/api/auth/memberships', joining)
  const oneself = `/api/users/${admin.user_id}`
  await contract.as(admin).patch(oneself, { payload: { role: 'staff' } })
  const nobodys = { username: 'first', email: 'a@example.org', first_name: 'A', last_name: 'B' }
  for (const hospital_id of [CITY.id, randomUUID()]) {
    const payload = { hospital_id, admin: nobodys }
    await contract.as(platform).post('/api/invitations/first-admin', { payload })
  }
  const why = { reason_code: 'ETREAT', reason_text: 'as somebody has to' }
  const glass = { ...why, password: 'wrong', hospital_id: randomUUID() }
  await contract.as(platform).post('/api/break-glass', { payload: glass })
  const patient = { ...why, password: 'wrong', patient_id: randomUUID() }
  await guesser.post('/api/break-glass', { payload: patient })
  t.same(contract.violations(), [])
  t.same(contract.unproduced(), [])
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
