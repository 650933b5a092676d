import { createHmac, randomUUID } from 'node:crypto'
import { accessClaims, encoded, es256 } from '@wardstone/cluster/testing'
import type { IdentityClaims } from '@wardstone/contracts'
import t from 'tap'
import { CITY, identityKey, startGateway, type TestGateway } from './helper.ts'

/** What the patient service was told of the caller, by the gateway's signature. */
function told({ upstreams }: TestGateway): IdentityClaims {
  const token = upstreams.patient.last.headers.authorization?.slice('Bearer '.length) ?? ''
  const [header = '', claims = '', signature] = token.split('.')
  const expected = createHmac('sha256', identityKey('patient')).update(`${header}.${claims}`)
  if (signature !== expected.digest('base64url')) throw new Error('The gateway did not sign this.')
  return JSON.parse(Buffer.from(claims, 'base64url').toString())
}

const glass = (patient_id: string | null) => ({
  id: randomUUID(),
  reason_code: 'ETREAT',
  patient_id,
})

t.test('a broken glass is told to the service as the token says it', async (t) => {
  const gateway = await startGateway(t)
  for (const [role, break_glass] of [
    ['break_glass', glass(null)],
    ['doctor', glass(randomUUID())],
  ] as const) {
    const claims = { role, hospital_id: CITY, break_glass }
    const answer = await gateway.get('/api/patients', gateway.signer.bearer(claims))
    t.equal(answer.status, 200)
    const { break_glass: received, ...rest } = told(gateway)
    t.strictSame(received, break_glass)
    t.match(rest, { role, hospital_id: CITY })
  }
})

t.test('nothing that a client sends adds one', async (t) => {
  const gateway = await startGateway(t)
  const bearer = gateway.signer.bearer({ hospital_id: CITY })
  const forged = JSON.stringify(glass(randomUUID()))
  for (const headers of [
    { 'x-break-glass': forged },
    { 'x-break-glass-id': randomUUID(), 'x-patient-id': randomUUID() },
    { break_glass: forged },
    { 'x-user-role': 'break_glass' },
    { cookie: `break_glass=${forged}` },
  ]) {
    const answer = await gateway.get('/api/patients', { ...bearer, ...headers } as never)
    t.equal(answer.status, 200)
    t.notOk('break_glass' in told(gateway), JSON.stringify(Object.keys(headers)))
    t.equal(told(gateway).role, 'doctor')
    t.notMatch(JSON.stringify(gateway.upstreams.patient.last.rawHeaders), /glass/)
  }
  await gateway.get(`/api/patients?break_glass=${encodeURIComponent(forged)}`, bearer)
  t.notOk('break_glass' in told(gateway), 'in the query')
  await gateway.post('/api/patients', { break_glass: JSON.parse(forged) }, bearer)
  t.notOk('break_glass' in told(gateway), 'in the body')
})

t.test('a token whose glass is not as auth makes them is refused', async (t) => {
  const gateway = await startGateway(t)
  const { signer } = gateway
  const good = glass(null)
  const { received } = gateway.upstreams.patient
  for (const break_glass of [
    null,
    true,
    'ETREAT',
    {},
    { ...good, reason_code: 'CURIOUS' },
    { ...good, id: 'mine' },
    { ...good, patient_id: '*' },
    { ...good, patient_id: undefined },
    { ...good, patient_ids: [] },
    [good],
  ]) {
    const token = signer.bearer({ hospital_id: CITY, role: 'break_glass', break_glass })
    t.equal((await gateway.get('/api/patients', token)).status, 401, JSON.stringify(break_glass))
  }
  const key = signer.key()
  const token = es256({ alg: 'ES256', typ: 'at+jwt', kid: key.kid }, accessClaims(), key)
  const [head, , signature] = token.split('.')
  const claims = encoded(accessClaims({ hospital_id: CITY, break_glass: good }))
  const resewn = { authorization: `Bearer ${head}.${claims}.${signature}` }
  t.equal((await gateway.get('/api/patients', resewn)).status, 401, 'sewn into a good token')
  t.equal(received.length, 0, 'nothing reached the service')
})
