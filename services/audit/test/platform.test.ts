import t from 'tap'
import { build, CITY } from './helper.ts'

t.test('a platform administrator without a broken glass reads no hospital’s audit', async (t) => {
  const { app, as, sql } = await build(t, { withoutNats: true })
  const platform = as({ role: 'platform_admin', hospital_id: null, hospital_name: null })
  const operations = Object.entries(app.swagger().paths ?? {}).flatMap(([path, item]) =>
    Object.keys(item ?? {}).map(
      (method) => [method as 'get', path.replace('{id}', CITY.hospital_id)] as const,
    ),
  )
  t.ok(operations.length >= 3)

  for (const [method, url] of operations) {
    await t.test(`${method.toUpperCase()} ${url}`, async (t) => {
      const answer = await platform[method](url)
      t.match(answer.json(), {
        status: 403,
        code: 'no_hospital_context',
        detail: 'No hospital context found',
      })
      const rows = await sql<{ payload: string }>('select payload from outbox order by id')
      t.match(JSON.parse(rows.at(-1)?.payload ?? '').events, [
        {
          action: 'access.denied',
          outcome: 'denied',
          reason: 'no_hospital_context',
          hospital_id: null,
          actor: { role: 'platform_admin' },
        },
      ])
    })
  }

  await t.test('who opened the hospital reads it, marked', async (t) => {
    const break_glass = {
      id: '00000000-0000-4000-8000-000000000001',
      reason_code: 'HOPERAT' as const,
      patient_id: null,
    }
    const support = as({ role: 'break_glass', break_glass })
    for (const [method, url] of operations) t.equal((await support[method](url)).statusCode, 200)
    const rows = await sql<{ payload: string }>('select payload from outbox order by id')
    const marked = rows
      .flatMap(({ payload }) => JSON.parse(payload).events)
      .filter((event) => event.break_glass)
    t.equal(marked.length, operations.length)
    for (const event of marked) {
      t.same(event.break_glass, { id: break_glass.id, reason_code: 'HOPERAT' })
      t.match(event, { action: 'audit.read', actor: { role: 'break_glass' } })
    }
  })
})
