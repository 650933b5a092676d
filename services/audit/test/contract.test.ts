import { identityContract, OpenApiContract } from '@wardstone/cluster/testing'
import t from 'tap'
import { build, CITY, many, systemRepository, until } from './helper.ts'

t.test('answers are what the OpenAPI document promises', async (t) => {
  const { app, as, urls, sql } = await build(t, { checkpointSeconds: 1, withoutNats: true })
  const contract = new OpenApiContract(app.swagger())
  const admin = as({ role: 'admin' })
  const keep = async (url: string, caller = admin) => {
    const answer = await caller.get(url)
    t.same(contract.violations('GET', url, answer), [], `GET ${url} ${answer.statusCode}`)
  }
  await keep('/api/audit/verify')
  await keep('/api/audit/checkpoints')
  const repository = systemRepository(t, urls.systemUrl)
  await repository.append([
    ...many(3, { patient_ids: [CITY.hospital_id], changed_fields: ['phone'], reason: 'why' }),
    ...many(3, { entity: { type: 'patient', id: CITY.hospital_id }, outcome: 'failure' }),
  ])
  await until(async () => (await sql('select from checkpoint')).length > 0)
  for (const url of ['/api/audit/events', '/api/audit/verify', '/api/audit/checkpoints']) {
    await keep(url)
    await keep(`${url}?colour=red`)
    await keep(url, as({ role: 'nurse' }))
  }
  await keep('/api/audit/events?limit=2')
  t.same(contract.unasked(), [], 'every documented operation was asked')
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
