import { identityContract, NOWHERE, OpenApiContract } from '@wardstone/cluster/testing'
import t from 'tap'
import { build, CITY, somebody } from './helper.ts'

t.test('every documented status is answered, and every answer is documented', async (t) => {
  const { app, as } = await build(t)
  const contract = new OpenApiContract('patient', app)
  const patient = (
    await as({ role: 'admin' }).post('/api/patients', { payload: somebody() })
  ).json()
  await contract.generate({
    away: (await build(t, { databaseUrl: NOWHERE })).app,
    caller: (role) => ({ role, ...CITY }),
    examples: {
      '/api/patients/{id}': { params: { id: patient.id } },
      '/api/patients/{id}/reactivate': { params: { id: patient.id } },
    },
  })
  t.same(contract.violations(), [])
  t.same(contract.unproduced(), [])
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
