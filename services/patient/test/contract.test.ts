import { identityContract, NOWHERE, OpenApiContract } from '@wardstone/cluster/testing'
import t from 'tap'
import { build, CITY, newcomer, somebody } from './helper.ts'

t.test('every documented status is answered, and every answer is documented', async (t) => {
  const { app, as } = await build(t)
  const contract = new OpenApiContract('patient', app)
  const patient = (
    await as({ role: 'admin' }).post('/api/patients', { payload: newcomer() })
  ).json()
  const tried = await as({ role: 'admin' }).post('/api/patients/import', {
    payload: { format: 'ndjson', content: JSON.stringify(somebody()), dry_run: true },
  })
  await contract.generate({
    away: (await build(t, { databaseUrl: NOWHERE })).app,
    caller: (role) => ({ role, ...CITY }),
    examples: {
      'POST /api/patients/import': {
        body: {
          format: 'ndjson',
          content: JSON.stringify(somebody({ first_name: 'Imported' })),
          confirm_duplicates: true,
        },
      },
      'POST /api/patients': {
        body: {
          ...newcomer(),
          estimated_age: undefined,
          is_unknown: undefined,
          allergy_status: undefined,
        },
      },
      'PUT /api/patients/{id}': { params: { id: patient.id }, body: { allergy_status: undefined } },
      'PATCH /api/patients/{id}': {
        params: { id: patient.id },
        body: { allergy_status: undefined },
      },
      '/api/patients/imports/{id}': { params: { id: tried.json().import_id } },
      '/api/patients/{id}': { params: { id: patient.id } },
      '/api/patients/{id}/reactivate': { params: { id: patient.id } },
    },
  })
  t.same(contract.violations(), [])
  t.same(contract.unproduced(), [])
})

t.test('an answer that the client has already is on record like the first', async (t) => {
  const { as, auditEvents } = await build(t)
  const doctor = as({ role: 'doctor' })
  const { id } = (await doctor.post('/api/patients', { payload: newcomer() })).json()
  for (const path of ['', '?limit=1', '/search?q=okafor', '/stats', `/${id}`]) {
    const ask = async (headers: Record<string, string>) => {
      const before = (await auditEvents()).length
      const answer = await doctor.get(`/api/patients${path}`, { headers })
      const [event, ...others] = (await auditEvents()).slice(before)
      t.same(others, [])
      const { id: _, occurred_at: __, request_id: ___, ...told } = event ?? {}
      return { answer, told }
    }
    const first = await ask({})
    const again = await ask({ 'if-none-match': String(first.answer.headers.etag) })
    t.equal(first.answer.statusCode, 200, path)
    t.match(again.answer, { statusCode: 304, body: '' }, path)
    t.same(again.told, first.told)
  }
  const url = `/api/patients/${id}`
  const [tag] = [(await doctor.get(url)).headers.etag]
  await doctor.patch(url, { payload: { first_name: 'Ada' } })
  const changed = await doctor.get(url, { headers: { 'if-none-match': String(tag) } })
  t.match([changed.statusCode, changed.json().first_name], [200, 'Ada'])
})

t.test('the identity contract with the gateway', async (t) => {
  const { app } = await build(t)
  const { right, wrong } = await identityContract(app, {
    service: 'patient',
    url: '/api/patients',
    caller: { role: 'admin', ...CITY },
  })
  for (const result of right) t.match(result, { status: 200, queries: 2 }, result.what)
  for (const result of wrong) {
    t.match(result, { status: 401, code: 'unauthenticated', queries: 0 }, result.what)
  }
  t.ok(wrong.length >= 20)
})
