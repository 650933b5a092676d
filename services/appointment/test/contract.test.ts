import { randomUUID } from 'node:crypto'
import { identityContract, OpenApiContract } from '@wardstone/cluster/testing'
import t from 'tap'
import { inHours, open, withoutDatabase } from './helper.ts'

t.test('every documented status is answered, and every answer is documented', async (t) => {
  const { app, as, city, doctor, patient } = await open(t)
  const contract = new OpenApiContract('appointment', app)
  const desk = as()
  let hours = 24
  const people = async () => ({
    patient_id: (await patient()).id,
    doctor_id: (await doctor()).id,
  })
  const book = async () => {
    hours += 1
    const payload = { ...(await people()), starts_at: inHours(hours) }
    return (await desk.post('/api/appointments', { payload })).json()
  }
  const series = async () => {
    const recurrence = { frequency: 'daily', count: 2 }
    const payload = { ...(await people()), starts_at: inHours(48), recurrence }
    return (await desk.post('/api/appointments/series', { payload })).json().results[0]
  }
  const one = async () => ({ params: { id: (await book()).id } })
  const ofSeries = async () => ({ params: { id: (await series()).id } })
  const body = async () => ({ ...(await people()), starts_at: inHours(30), department_id: null })
  const move = async () => ({
    body: { doctor_id: (await doctor()).id, starts_at: inHours(31), department_id: null },
  })
  await contract.generate({
    away: await withoutDatabase(t),
    caller: (role) => ({ role, ...city }),
    examples: {
      'POST /api/appointments': async () => ({ body: await body() }),
      'POST /api/appointments/series': async () => ({ body: await body() }),
      'GET /api/appointments/slots': async () => ({
        query: { doctor_id: (await doctor()).id, from: '2026-12-01', to: '2026-12-02' },
      }),
      '/api/appointments/{id}': one,
      '/api/appointments/{id}/history': one,
      'PUT /api/appointments/{id}': move,
      'PATCH /api/appointments/{id}': move,
      '/api/appointments/{id}/transitions': one,
      'POST /api/appointments/{id}/transitions': { body: { to: 'confirmed' } },
      '/api/appointments/{id}/series': ofSeries,
      'PATCH /api/appointments/{id}/series': move,
      '/api/appointments/{id}/series/cancel': ofSeries,
    },
  })

  const [taken, other, alone] = [await book(), await book(), await book()]
  const clerk = contract.as({ role: 'receptionist', ...city })
  const url = `/api/appointments/${other.id}`
  const onto = { doctor_id: taken.doctor_id, starts_at: taken.starts_at }
  const meeting = { ...onto, patient_id: other.patient_id }
  await clerk.post('/api/appointments', { payload: meeting })
  const recurrence = { frequency: 'daily', count: 2 }
  await clerk.post('/api/appointments/series', { payload: { ...meeting, recurrence } })
  const nobody = { ...meeting, patient_id: randomUUID() }
  await clerk.post('/api/appointments', { payload: { ...nobody, starts_at: inHours(20) } })
  await clerk.post('/api/appointments/series', { payload: { ...nobody, recurrence } })
  await clerk.get(`/api/appointments/slots?doctor_id=${randomUUID()}&from=2026-12-01&to=2026-12-02`)
  await clerk.patch(url, { payload: onto })
  await clerk.put(url, { payload: onto })
  await clerk.post(`${url}/transitions`, { payload: { to: 'completed' } })
  await clerk.patch(`/api/appointments/${alone.id}/series`, {
    payload: { scope: 'all', notes: 'x' },
  })
  await clerk.post(`/api/appointments/${alone.id}/series/cancel`, { payload: { scope: 'all' } })
  await clerk.delete(url)
  await clerk.delete(url)
  t.same(contract.violations(), [])
  t.same(contract.unproduced(), [])
})

t.test('the identity contract with the gateway', async (t) => {
  const { app, city } = await open(t)
  const { right, wrong } = await identityContract(app, {
    service: 'appointment',
    url: '/api/appointments',
    caller: { role: 'admin', ...city },
  })
  for (const result of right) t.match(result, { status: 200, queries: 2 }, result.what)
  for (const result of wrong) {
    t.match(result, { status: 401, code: 'unauthenticated', queries: 0 }, result.what)
  }
  t.ok(wrong.length >= 20)
})
