import t from 'tap'
import { build } from './helper.ts'

t.test('5xx never say why, and the log has no more of a person than an id', async (t) => {
  const { as, lines } = await build(t)
  const answer = await as({ role: 'admin' }).get('/api/broken')
  t.equal(answer.statusCode, 500)
  t.match(answer.json(), { type: 'about:blank', title: 'Internal Server Error', code: 'internal' })
  t.notMatch(answer.body, /Amina|password/)
  t.match(lines.join(''), /"msg":"request failed"/)
})

t.test('no line of the log has what was sent', async (t) => {
  const { as, lines } = await build(t)
  const admin = as({ role: 'admin' })
  await admin.get('/api/things?q=CANARY')
  await admin.get('/api/things?unknown=CANARY')
  await admin.post('/api/things', { payload: { name: 'CANARY', note: 'CANARY-CANARY' } })
  await admin.post('/api/things', {
    payload: '{"name": CANARY',
    headers: { 'content-type': 'application/json' },
  })
  await admin.get('/api/CANARY', { headers: { 'user-agent': 'CANARY', cookie: 'CANARY' } })
  const log = lines.join('')
  t.notMatch(log, /CANARY/)
  t.notMatch(log, /Bearer|eyJ/)
  t.equal(
    lines.filter((line) => line.includes('request completed')).length,
    5,
    'one line a request',
  )
  t.match(log, /"route":"\/api\/things"/)
})

t.test('PostgreSQL’s words stay out of the log: they may quote a row', async (t) => {
  const { app, lines } = await build(t)
  const error = Object.assign(new Error('duplicate key (name)=(CANARY)'), {
    severity: 'ERROR',
    code: '23505',
    detail: 'Key (name)=(CANARY) already exists.',
  })
  app.log.error({ err: error }, 'query failed')
  t.match(lines.join(''), /23505/)
  t.notMatch(lines.join(''), /CANARY/)
})

t.test('headers of every answer', async (t) => {
  const { app } = await build(t)
  const { headers } = await app.inject('/api/things')
  t.match(headers, {
    'cache-control': 'no-store',
    'x-content-type-options': 'nosniff',
    'www-authenticate': 'Bearer',
    'content-type': 'application/problem+json',
  })
})
