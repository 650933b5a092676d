import t from 'tap'
import { CITY, exchange, startGateway } from './helper.ts'

t.test('a request is one line, without its query, token or body', async (t) => {
  const gateway = await startGateway(t, { AUDIT_URL: 'http://127.0.0.1:1' })
  const token = gateway.signer.token({ hospital_id: CITY })
  const bearer = { authorization: `Bearer ${token}` }
  const before = gateway.logs().length
  const answer = await gateway.get('/api/patients/search?q=Canary', {
    ...bearer,
    'if-match': 'CanaryHeader',
  })
  await gateway.post('/api/patients', { first_name: 'CanaryBody' }, bearer)
  await gateway.get('/api/audit/events?patient_id=Canary', bearer)
  await gateway.get('/api/patients?q=Canary', { ...bearer, 'x-hospital-id': 'CanaryHospital' })
  await gateway.get('/api/patients?q=Canary', { authorization: 'Bearer Canary.Canary.Canary' })
  await gateway.get('/nothing/Canary?q=Canary')
  await exchange(
    gateway.port,
    'GET /%zzCanary?q=Canary HTTP/1.1\r\nHost: w\r\nConnection: close\r\n\r\n',
  )
  const logs = gateway.logs().slice(before)
  t.notMatch(logs, 'Canary')
  t.notMatch(logs, token.slice(0, 20))
  t.notMatch(logs, token.slice(-20))
  t.notMatch(logs, 'eyJ', 'no token of ours either')
  const lines = logs
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line))
  const id = answer.headers.get('x-request-id')
  const own = lines.filter(({ request_id }) => request_id === id)
  t.equal(own.length, 1)
  t.match(own[0], {
    method: 'GET',
    route: '/api/patients/*',
    status: 200,
    hospital_id: CITY,
    msg: 'request completed',
  })
})
