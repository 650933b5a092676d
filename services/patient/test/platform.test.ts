import { randomUUID } from 'node:crypto'
import t from 'tap'
import { build, newcomer } from './helper.ts'

t.test('a platform administrator without a broken glass gets into no hospital', async (t) => {
  const { app, as, auditEvents } = await build(t)
  const { id } = (await as({ role: 'admin' }).post('/api/patients', { payload: newcomer() })).json()
  const platform = as({ role: 'platform_admin', hospital_id: null, hospital_name: null })
  const operations = Object.entries(app.swagger().paths ?? {}).flatMap(([path, item]) =>
    Object.keys(item ?? {}).map((method) => [method as 'get', path.replace('{id}', id)] as const),
  )
  t.ok(operations.length >= 10)

  for (const [method, url] of operations) {
    await t.test(`${method.toUpperCase()} ${url.replace(id, ':id')}`, async (t) => {
      const answer = await platform[method](url)
      t.match(answer.json(), {
        status: 403,
        code: 'no_hospital_context',
        detail: 'No hospital context found',
      })
      t.match((await auditEvents()).at(-1), {
        action: 'access.denied',
        outcome: 'denied',
        reason: 'no_hospital_context',
        hospital_id: null,
        actor: { role: 'platform_admin' },
      })
    })
  }

  await t.test('whatever they say of a hospital', async (t) => {
    const hospital_id = randomUUID()
    const answer = await platform.get(`/api/patients?hospital_id=${hospital_id}`)
    t.match(answer.json(), { status: 403, code: 'no_hospital_context' })
  })
})
