import { identityContract, NOWHERE, OpenApiContract } from '@wardstone/cluster/testing'
import t from 'tap'
import { build, CITY, many, RIVERSIDE, systemRepository, until } from './helper.ts'

t.test('every documented status is answered, and every answer is documented', async (t) => {
  const { app, urls, sql } = await build(t, { checkpointSeconds: 1, withoutNats: true })
  const contract = new OpenApiContract('audit', app)
  const repository = systemRepository(t, urls.systemUrl)
  await repository.append([
    ...many(3, { patient_ids: [CITY.hospital_id], changed_fields: ['phone'], reason: 'why' }),
    ...many(3, { entity: { type: 'patient', id: CITY.hospital_id }, outcome: 'failure' }),
  ])
  await until(async () => (await sql('select from checkpoint')).length > 0)
  await contract.generate({
    away: (await build(t, { databaseUrl: NOWHERE, withoutNats: true })).app,
    caller: (role) => ({ role, ...CITY }),
    examples: { '/api/patients/{id}/access-log': { params: { id: CITY.hospital_id } } },
  })
  await contract.as({ role: 'admin', ...RIVERSIDE }).get('/api/audit/verify')
  t.same(contract.violations(), [])
  t.same(contract.unproduced(), [])
})

t.test('the identity contract with the gateway', async (t) => {
  const { app } = await build(t, { withoutNats: true })
  const { right, wrong } = await identityContract(app, {
    service: 'audit',
    url: '/api/audit/events',
    caller: { role: 'admin', ...CITY },
  })
  for (const result of right) t.match(result, { status: 200, queries: 2 }, result.what)
  for (const result of wrong) {
    t.match(result, { status: 401, code: 'unauthenticated', queries: 0 }, result.what)
  }
  t.ok(wrong.length >= 20)
})
