import { identityContract, NOWHERE, OpenApiContract } from '@wardstone/cluster/testing'
import t from 'tap'
import { aDepartment, aDoctor, build, creation } from './helper.ts'

t.test('every documented status is answered, and every answer is documented', async (t) => {
  const { app, admin, hospital } = await build(t)
  const contract = new OpenApiContract('hospital', app)
  const settings = { time_zone: 'Africa/Lagos', locale: 'en-NG' }
  const city = await hospital()
  const made = async (path: string, payload: object): Promise<string> =>
    (await admin(city).post(path, { payload })).json().id
  const aMember = async (path: string, payload: object) => {
    const member = await made(path, payload)
    return { params: { id: member } }
  }
  const [department_id, head_doctor_id] = [
    await made('/api/departments', aDepartment()),
    await made('/api/doctors', aDoctor()),
  ]
  const ofDepartment = () => aMember('/api/departments', aDepartment())
  const ofDoctor = () => aMember('/api/doctors', aDoctor())
  const days = Array.from({ length: 99 }, (_, index) => `20${String(index).padStart(2, '0')}-01-02`)
  const date = () => days.pop() ?? ''
  const week = [{ day_of_week: 'mon', start_time: '08:00', end_time: '12:00' }]
  await contract.generate({
    away: (await build(t, { databaseUrl: NOWHERE })).app,
    caller: (role) =>
      role === 'platform_admin'
        ? { role }
        : { role, hospital_id: city.id, hospital_name: city.name },
    examples: {
      'POST /api/departments': { body: { head_doctor_id } },
      '/api/departments/{id}': ofDepartment,
      'PUT /api/departments/{id}': { body: { head_doctor_id } },
      'PATCH /api/departments/{id}': { body: { head_doctor_id } },
      '/api/departments/{id}/reactivate': ofDepartment,
      'POST /api/doctors': { body: { department_id } },
      '/api/doctors/{id}': ofDoctor,
      'PUT /api/doctors/{id}': { body: { department_id } },
      'PATCH /api/doctors/{id}': { body: { department_id } },
      '/api/doctors/{id}/reactivate': ofDoctor,
      '/api/doctors/{id}/availability': ofDoctor,
      'PUT /api/doctors/{id}/availability': { body: { available_times: week } },
      '/api/doctors/{id}/exceptions': ofDoctor,
      '/api/doctors/{id}/exceptions/{exception_id}': async () => {
        const id = await made('/api/doctors', aDoctor())
        const absence = { kind: 'other', starts_on: date(), ends_on: '2100-01-01' }
        const exception_id = await made(`/api/doctors/${id}/exceptions`, absence)
        return { params: { id, exception_id } }
      },
      'POST /api/holidays': () => ({ body: { date: date() } }),
      '/api/holidays/{id}': () => aMember('/api/holidays', { date: date(), name: 'Closed' }),
      'POST /api/hospitals': { body: settings },
      '/api/hospitals/{id}': async () => ({ params: { id: (await hospital()).id } }),
      'PATCH /api/hospitals/{id}': { body: settings },
    },
  })

  const platform = contract.as({ role: 'platform_admin' })
  const { id, name } = await hospital()
  await platform.post('/api/hospitals', creation({ name }))
  await platform.patch(`/api/hospitals/${(await hospital()).id}`, { payload: { name } })
  const member = contract.as({ role: 'admin', hospital_id: id, hospital_name: name })
  await member.patch(`/api/hospitals/${id}`, { payload: { name: 'Mine' } })
  for (const [path, body, own] of [
    ['/api/departments', aDepartment, 'code'],
    ['/api/doctors', aDoctor, 'license_number'],
  ] as const) {
    const taken: Record<string, string> = body()
    await member.post(path, { payload: taken })
    const { id: other } = JSON.parse((await member.post(path, { payload: body() })).body)
    await member.put(`${path}/${other}`, { payload: taken })
    await member.patch(`${path}/${other}`, { payload: { [own]: taken[own] } })
  }
  t.same(contract.violations(), [])
  t.same(contract.unproduced(), [])
  t.notOk(
    JSON.stringify(app.swagger()).includes('/internal/'),
    'internal routes are not documented',
  )
})

t.test('the identity contract with the gateway', async (t) => {
  const { app, hospital } = await build(t)
  const { id, name } = await hospital()
  const { right, wrong } = await identityContract(app, {
    service: 'hospital',
    url: `/api/hospitals/${id}`,
    caller: { role: 'admin', hospital_id: id, hospital_name: name },
  })
  for (const result of right) t.match(result, { status: 200, queries: 1 }, result.what)
  for (const result of wrong) {
    t.match(result, { status: 401, code: 'unauthenticated', queries: 0 }, result.what)
  }
  t.ok(wrong.length >= 20)
})

t.test('the public list needs the gateway’s identity too', async (t) => {
  const { app } = await build(t)
  t.equal((await app.inject('/api/hospitals')).statusCode, 401)
})

t.test('ready as long as PostgreSQL answers, with or without NATS', async (t) => {
  const { app } = await build(t)
  const response = await app.inject('/ready')
  t.equal(response.statusCode, 200)
  t.same(response.json(), { status: 'ready', parts: { postgres: 'up', nats: 'down' } })
})
