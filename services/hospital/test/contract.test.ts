import { identityContract, NOWHERE, OpenApiContract } from '@wardstone/cluster/testing'
import t from 'tap'
import { build, creation } from './helper.ts'

t.test('every documented status is answered, and every answer is documented', async (t) => {
  const { app, hospital } = await build(t)
  const contract = new OpenApiContract('hospital', app)
  const settings = { time_zone: 'Africa/Lagos', locale: 'en-NG' }
  await contract.generate({
    away: (await build(t, { databaseUrl: NOWHERE })).app,
    caller: (role) => ({ role }),
    examples: {
      'POST /api/hospitals': { body: settings },
      '/api/hospitals/{id}': async () => ({ params: { id: (await hospital()).id } }),
      'PATCH /api/hospitals/{id}': { body: settings },
    },
  })

  const platform = contract.as({ role: 'platform_admin' })
  const { id, name } = await hospital()
  await platform.post('/api/hospitals', creation({ name }))
  await platform.patch(`/api/hospitals/${(await hospital()).id}`, { payload: { name } })
  const admin = contract.as({ role: 'admin', hospital_id: id, hospital_name: name })
  await admin.patch(`/api/hospitals/${id}`, { payload: { name: 'Mine' } })
  t.same(contract.violations(), [])
  t.same(contract.unproduced(), [])
  t.notOk(
    JSON.stringify(app.swagger()).includes('/internal/'),
    'internal routes are not documented',
  )
})

t.test('the identity contract with the gateway', async (t) => {
  const { app, hospital } = await build(t)
  const { id, name } = await hospital()
  const { right, wrong } = await identityContract(app, {
    service: 'hospital',
    url: `/api/hospitals/${id}`,
    caller: { role: 'admin', hospital_id: id, hospital_name: name },
  })
  for (const result of right) t.match(result, { status: 200, queries: 1 }, result.what)
  for (const result of wrong) {
    t.match(result, { status: 401, code: 'unauthenticated', queries: 0 }, result.what)
  }
  t.ok(wrong.length >= 20)
})

t.test('the public list needs the gateway’s identity too', async (t) => {
  const { app } = await build(t)
  t.equal((await app.inject('/api/hospitals')).statusCode, 401)
})

t.test('ready as long as PostgreSQL answers, with or without NATS', async (t) => {
  const { app } = await build(t)
  const response = await app.inject('/ready')
  t.equal(response.statusCode, 200)
  t.same(response.json(), { status: 'ready', parts: { postgres: 'up', nats: 'down' } })
})
