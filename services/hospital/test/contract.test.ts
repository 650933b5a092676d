import { identityContract, OpenApiContract } from '@wardstone/cluster/testing'
import t from 'tap'
import { ADMIN, build } from './helper.ts'

t.test('answers are what the OpenAPI document promises', async (t) => {
  const { app, as, platform, hospital, admin } = await build(t)
  const contract = new OpenApiContract(app.swagger())
  const keep = (method: string, url: string, answer: Awaited<ReturnType<typeof platform.get>>) => {
    t.same(contract.violations(method, url, answer), [], `${method} ${url} ${answer.statusCode}`)
    return answer
  }
  const list = '/api/hospitals'
  const full = {
    name: 'Full',
    admin: ADMIN,
    address: 'Here',
    phone: '+49 30 1234567',
    email: 'desk@example.org',
    subscription_plan: 'premium',
    is_active: true,
    is_listed: true,
    time_zone: 'Africa/Lagos',
    locale: 'en-NG',
  }
  keep('POST', list, await platform.post(list, { payload: full }))
  keep('POST', list, await platform.post(list, { payload: full }))
  const keyed = { payload: { ...full, name: 'Once' }, headers: { 'idempotency-key': 'k' } }
  keep('POST', list, await platform.post(list, keyed))
  keep('POST', list, await platform.post(list, keyed))
  keep('POST', list, await platform.post(list, { ...keyed, payload: full }))
  keep('POST', list, await platform.post(list, { payload: {} }))
  keep('POST', list, await as({ role: 'nurse' }).post(list, { payload: full }))
  const mine = await hospital()
  keep('GET', list, await as({ role: 'anonymous' }).get(`${list}?count=true&limit=1`))
  keep('GET', list, await as({ role: 'anonymous' }).get(`${list}?limit=no`))
  const one = `${list}/${mine.id}`
  keep('GET', one, await admin(mine).get(one))
  keep('GET', one, await as({ role: 'admin' }).get(one))
  keep('PATCH', one, await admin(mine).patch(one, { payload: { address: 'There' } }))
  keep('PATCH', one, await admin(mine).patch(one, { payload: { address: 'There', version: 1 } }))
  keep('PATCH', one, await admin(mine).patch(one, { payload: { name: 'Mine' } }))
  t.same(contract.unasked(), [], 'every documented operation was asked')
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
