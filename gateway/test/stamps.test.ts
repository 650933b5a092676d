import { randomUUID } from 'node:crypto'
import httpProxy from '@fastify/http-proxy'
import Fastify from 'fastify'
import t from 'tap'
import { CITY, exchange, RIVERSIDE, startGateway } from './helper.ts'
import type { Received } from './upstream.ts'

const values = ({ rawHeaders }: Received, name: string) =>
  rawHeaders.filter(([it]) => it === name).map(([, value]) => value)

t.test('the caller of the token is stamped on the request', async (t) => {
  const gateway = await startGateway(t)
  const user = randomUUID()
  const answer = await gateway.get('/api/patients?limit=5', {
    ...gateway.signer.bearer({ hospital_id: CITY, sub: user, role: 'nurse' }),
    accept: 'application/json',
    'if-none-match': '"3"',
    cookie: 'a=b',
    'x-forwarded-for': '10.0.0.1',
  })
  t.equal(answer.status, 200)
  const { last } = gateway.upstreams.patient
  t.equal(last.url, '/api/patients?limit=5')
  t.strictSame(values(last, 'x-hospital-id'), [CITY])
  t.strictSame(values(last, 'x-user-id'), [user])
  t.strictSame(values(last, 'x-user-role'), ['nurse'])
  t.strictSame(values(last, 'x-request-id'), [answer.headers.get('x-request-id')])
  t.strictSame(last.rawHeaders.map(([name]) => name).sort(), [
    'accept',
    'authorization',
    'connection',
    'host',
    'if-none-match',
    'user-agent',
    'x-hospital-id',
    'x-request-id',
    'x-user-id',
    'x-user-role',
  ])
})
