import t from 'tap'
import { build } from './helper.ts'

t.test('bodies are taken as they are, or not at all', async (t) => {
  const { as, handled } = await build(t)
  const admin = as({ role: 'admin' })
  const post = (payload: object | string, headers = {}) =>
    admin.post('/api/things', { payload, headers })

  for (const [what, payload, pointer] of [
    ['a number for a text', { name: 7 }, '/name'],
    ['null for a text', { name: null }, '/name'],
    ['a list for a text', { name: ['x'] }, '/name'],
    ['text for a number', { name: 'x', age: '7' }, '/age'],
    ['true for a number', { name: 'x', age: true }, '/age'],
    ['an unknown field', { name: 'x', admin: true }, '/admin'],
    ['an unknown field within', { name: 'x', contact: { phone: '1', sms: 1 } }, '/contact/sms'],
    ['a missing field within', { name: 'x', contact: {} }, '/contact/phone'],
    ['a wrong type for a nullable', { name: 'x', note: 7 }, '/note'],
    ['NUL', { name: 'a\0b' }, '/name'],
    ['NUL in a field’s name', { name: 'x', 'a\0': 1 }, ''],
    ['a lone surrogate within', { name: 'x', contact: { phone: '\udc00' } }, '/contact/phone'],
    ['a list', [], ''],
    ['a text', '"x"', ''],
    ['null', 'null', ''],
  ] as const) {
    await t.test(`refuses ${what}`, async (t) => {
      const answer = await post(payload as object, { 'content-type': 'application/json' })
      t.match(answer.json(), { status: 400, code: 'validation_failed', errors: [{ pointer }] })
      t.match(answer.headers['content-type'], 'application/problem+json')
    })
  }

  await t.test('a body that is nested 30,000 deep was 500', async (t) => {
    for (const deep of [`${'['.repeat(30_000)}${']'.repeat(30_000)}`, '{"a":'.repeat(40)]) {
      const closed = deep + (deep.startsWith('{') ? `1${'}'.repeat(40)}` : '')
      const answer = await post(`{"name":"x","contact":${closed}}`, {
        'content-type': 'application/json',
      })
      t.equal(answer.statusCode, 400)
      t.match(answer.json(), {
        code: 'validation_failed',
        errors: [{ pointer: /^\/contact\//, message: 'is nested too deeply' }],
      })
    }
  })

  await t.test('tells all that is wrong at once, each field once, no value', async (t) => {
    const answer = await post({ name: 7, age: 'Amina', note: 7 })
    t.same(
      answer.json().errors.map(({ pointer }: { pointer: string }) => pointer),
      ['/name', '/age', '/note'],
    )
    t.notMatch(answer.body, /Amina/)
  })

  await t.test('JSON that is none is 400, never 5xx', async (t) => {
    for (const junk of [
      '',
      '{',
      '{"name":}',
      '{"name":"x"',
      "{'name':1}",
      '{"__proto__":{"x":1},"name":"x"}',
      '\ufeff{}',
      '[1,]',
      'NaN',
      '{"name":"\\ud83d"}',
      '"'.repeat(99),
    ]) {
      const answer = await post(junk, { 'content-type': 'application/json' })
      t.equal(answer.statusCode, 400, junk)
    }
  })

  await t.test('bytes that are no UTF-8 are 400, not replaced', async (t) => {
    const bytes = Buffer.from('7b226e616d65223a22fffe227d', 'hex')
    const answer = await post(bytes, { 'content-type': 'application/json' })
    t.match(answer.json(), { status: 400, code: 'malformed_request' })
  })

  await t.test('a query field that no route knows is 400, whatever the method', async (t) => {
    t.equal((await admin.post('/api/things?x=1', { payload: { name: 'x' } })).statusCode, 400)
    t.equal((await admin.delete('/api/things/1?x=1')).statusCode, 400)
    t.equal((await admin.get('/api/slow?Hospital_Id=1')).statusCode, 400)
  })

  await t.test('other media types are 415, too much is 413', async (t) => {
    for (const type of [
      'text/plain',
      'application/xml',
      'application/x-www-form-urlencoded',
      'multipart/form-data; boundary=x',
    ]) {
      t.equal((await post('{"name":"x"}', { 'content-type': type })).statusCode, 415, type)
    }
    const large = await post({ name: 'x'.repeat(70_000) })
    t.match(large.json(), { status: 413, code: 'payload_too_large' })
  })

  t.same(handled, [], 'no handler saw any of it')
  await post({ name: 'José 🏥', age: 7, note: null })
  t.same(handled, [{ name: 'José 🏥', age: 7, note: null }])
})

t.test('queries: whole numbers and booleans exactly, everything else as text', async (t) => {
  const { as } = await build(t)
  const get = (query: string) => as({ role: 'admin' }).get(`/api/things?${query}`)
  t.same((await get('limit=7&active=true&q=12')).json().query, { limit: 7, active: true, q: '12' })
  t.same((await get('q=x')).json().query, { q: 'x', limit: 20 })
  for (const query of [
    'limit=0x10',
    'limit=1e1',
    'limit=',
    'limit=1.0',
    'limit=%201',
    'limit=1&limit=2',
    'active=1',
    'active=TRUE',
    'active=',
    'limit=101',
    'page=1',
    'q=%00',
  ]) {
    t.equal((await get(query)).statusCode, 400, query)
  }
})
