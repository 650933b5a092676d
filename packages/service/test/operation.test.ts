import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { testIdentity } from '@wardstone/cluster/testing'
import t from 'tap'
import { listenForMetrics } from '../src/index.ts'
import { build } from './helper.ts'

t.test('health and readiness', async (t) => {
  const state = { postgres: true, nats: true }
  const { app } = await build(t, {
    parts: {
      postgres: { isUp: () => state.postgres },
      nats: { isUp: async () => Promise.reject(new Error('away')), optional: true },
    },
  })
  t.same((await app.inject('/health')).json(), { status: 'up' })
  const ready = await app.inject('/ready')
  t.same(ready.json(), { status: 'ready', parts: { postgres: 'up', nats: 'down' } })
  state.postgres = false
  const away = await app.inject('/ready')
  t.equal(away.statusCode, 503)
  t.ok(away.headers['retry-after'])
  t.same((await app.inject('/health')).json(), { status: 'up' }, 'alive all the same')
})

t.test(
  'a drain answers what is under way and closes each connection after its answer',
  async (t) => {
    const { app } = await build(t)
    await app.listen({ port: 0 })
    const { port } = app.server.address() as AddressInfo
    const call = (path: string) =>
      fetch(`http://127.0.0.1:${port}${path}`, {
        headers: testIdentity({ role: 'admin' }, { service: 'patient', method: 'GET', url: path }),
      })
    await call('/api/things')
    const under = Array.from({ length: 20 }, () => call('/api/slow'))
    for (const _ of under) await once(app.server, 'request')
    app.beginDrain()
    t.equal((await fetch(`http://127.0.0.1:${port}/ready`)).status, 503)
    const idle = setInterval(() => app.server.closeIdleConnections(), 20)
    const started = Date.now()
    const closed = app.close()
    const answers = await Promise.all(under)
    await closed
    clearInterval(idle)
    t.ok(
      answers.every(({ status }) => status === 200),
      'none failed',
    )
    t.ok(answers.every(({ headers }) => headers.get('connection') === 'close'))
    t.ok(Date.now() - started < 5_000)
  },
)

t.test('metrics are on a port of their own, by route pattern', async (t) => {
  const { app, as } = await build(t)
  await as({ role: 'admin' }).delete('/api/things/CANARY')
  t.equal((await as({ role: 'admin' }).get('/metrics')).statusCode, 404)
  const server = await listenForMetrics(app.metrics, { host: '127.0.0.1', port: 0 })
  t.teardown(() => server.close())
  const { port } = server.address() as AddressInfo
  const text = await (await fetch(`http://127.0.0.1:${port}/metrics`)).text()
  t.match(
    text,
    /http_request_duration_seconds_count\{method="DELETE",route="\/api\/things\/:id",status="200"\} 1/,
  )
  t.notMatch(text, /CANARY/)
  t.equal((await fetch(`http://127.0.0.1:${port}/`)).status, 404)
})

t.test('the OpenAPI document tells the permission and exactly the problems', async (t) => {
  const { app } = await build(t)
  const { paths } = (await app.inject('/openapi.json')).json()
  t.match(paths['/api/things'].get, {
    'x-permission': 'patient.read',
    security: [{ access_token: [] }],
    responses: { 403: { content: { 'application/problem+json': {} } } },
  })
  const statuses = (path: string, method: string) => Object.keys(paths[path][method].responses)
  t.same(statuses('/api/things', 'get'), ['200', '304', '400', '401', '403', '503'])
  t.same(statuses('/api/things', 'post'), ['200', '400', '401', '403', '413', '415', '503'])
  t.same(statuses('/api/public', 'get'), ['200', '304', '400', '401', '503'])
  t.same(paths['/api/public'].get.security, [])
  t.notOk(paths['/health'])
})
