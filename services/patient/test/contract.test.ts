import { identityContract, OpenApiContract } from '@wardstone/cluster/testing'
import t from 'tap'
import { build, CITY, somebody } from './helper.ts'

t.test('answers are what the OpenAPI document promises', async (t) => {
  const { app, as } = await build(t)
  const contract = new OpenApiContract(app.swagger())
  const admin = as({ role: 'admin' })
  const keep = (method: string, url: string, answer: Awaited<ReturnType<typeof admin.get>>) => {
    t.same(contract.violations(method, url, answer), [], `${method} ${url} ${answer.statusCode}`)
    return answer
  }
  const full = {
    ...somebody({ middle_name: 'B', email: 'a@example.org', blood_group: 'A+', address: 'Here' }),
    emergency_contact: { name: 'C', relationship: 'sister', phone: '0171 555' },
    medical_history: 'none',
  }
  const created = keep(
    'POST',
    '/api/patients',
    await admin.post('/api/patients', { payload: full }),
  )
  const one = `/api/patients/${created.json().id}`
  keep('POST', '/api/patients', await admin.post('/api/patients', { payload: {} }))
  keep(
    'POST',
    '/api/patients',
    await as({ role: 'staff' }).post('/api/patients', { payload: full }),
  )
  keep('GET', '/api/patients', await admin.get('/api/patients?count=true'))
  keep('GET', '/api/patients', await admin.get('/api/patients?x=1'))
  keep('GET', '/api/patients/search', await admin.get('/api/patients/search?q=amina'))
  keep(
    'POST',
    '/api/patients/search',
    await admin.post('/api/patients/search', { payload: { q: 'amina' } }),
  )
  keep('GET', '/api/patients/stats', await admin.get('/api/patients/stats'))
  keep('GET', one, await admin.get(one))
  keep('GET', one, await as({ role: 'receptionist' }).get(one))
  keep('GET', `${one}0`, await admin.get(`${one}0`))
  keep('PUT', one, await admin.put(one, { payload: somebody() }))
  keep('PATCH', one, await admin.patch(one, { payload: { first_name: 'B' } }))
  keep('PATCH', one, await admin.patch(one, { payload: { version: 1, first_name: 'B' } }))
  keep('DELETE', one, await admin.delete(one))
  keep('POST', `${one}/reactivate`, await admin.post(`${one}/reactivate`))
  t.same(contract.unasked(), [], 'every documented operation was asked')
})

t.test('the identity contract with the gateway', async (t) => {
  const { app } = await build(t)
  const { right, wrong } = await identityContract(app, {
    service: 'patient',
    url: '/api/patients',
    caller: { role: 'admin', ...CITY },
  })
  for (const result of right) t.match(result, { status: 200, queries: 2 }, result.what)
  for (const result of wrong) {
    t.match(result, { status: 401, code: 'unauthenticated', queries: 0 }, result.what)
  }
  t.ok(wrong.length >= 20)
})
