import { randomUUID } from 'node:crypto'
import { Value } from '@sinclair/typebox/value'
import {
  DoctorReferencesSchema,
  HospitalEventSchema,
  HospitalReferenceSchema,
} from '@wardstone/contracts'
import t from 'tap'
import { aDoctor, build } from './helper.ts'

const WEEK = {
  slot_minutes: 20,
  available_times: [
    { day_of_week: 'mon', start_time: '08:00', end_time: '12:00' },
    { day_of_week: 'mon', start_time: '13:00', end_time: '17:30' },
    { day_of_week: 'sat', start_time: '20:00', end_time: '24:00' },
  ],
}
/** Days from today on, by UTC. */
const day = (days: number) => new Date(Date.now() + days * 86_400_000).toISOString().slice(0, 10)

t.test('when a doctor works', async (t) => {
  const { as, admin, hospital, outbox, auditEvents } = await build(t)
  const city = await hospital()
  const asAdmin = admin(city)
  const user_id = randomUUID()
  const enter = async (changes: object = {}) =>
    (await asAdmin.post('/api/doctors', { payload: aDoctor(changes) })).json()
  const own = await enter({ user_id })
  const other = await enter()
  const doctor = as({ role: 'doctor', hospital_id: city.id, user_id })
  const told = async (id: string) =>
    (await outbox())
      .filter(({ subject }) => /\.hospital\.doctor\.updated$/.test(subject))
      .map(({ payload }) => JSON.parse(payload))
      .filter((event) => event.id === id)
      .map(({ version }) => version)

  await t.test('a week of hours, in order, a version of the doctor', async (t) => {
    const url = `/api/doctors/${own.id}/availability`
    t.same((await doctor.get(url)).json(), { slot_minutes: 30, available_times: [], version: 1 })
    const payload = { ...WEEK, available_times: WEEK.available_times.toReversed() }
    const put = await doctor.put(url, { payload, headers: { 'if-match': '"1"' } })
    t.same(put.json(), { ...WEEK, version: 2 })
    t.equal(put.headers.etag, '"2"')
    t.same((await asAdmin.get(url)).json(), put.json())
    t.match((await asAdmin.get(`/api/doctors/${own.id}`)).json(), { ...WEEK, version: 2 })
    t.match((await auditEvents()).at(-1), {
      action: 'doctor.schedule_updated',
      outcome: 'success',
      entity: { type: 'doctor', id: own.id },
      changed_fields: ['slot_minutes', 'available_times'],
    })
    t.match((await doctor.put(url, { payload: WEEK })).json(), { version: 2 }, 'no change')
    t.same(await told(own.id), [2])
    const stale = await doctor.put(url, { payload: { ...WEEK, version: 1 } })
    t.match(stale.json(), { status: 412, code: 'stale', version: 2 })
  })

  await t.test('defect 23: hours that cannot be are a 400 that names them', async (t) => {
    const hours = (...times: [string, string, string][]) =>
      times.map(([day_of_week, start_time, end_time]) => ({ day_of_week, start_time, end_time }))
    for (const [pointer, available_times] of [
      ['/available_times/0/end_time', hours(['mon', '10:00', '10:00'])],
      ['/available_times/1/end_time', hours(['mon', '08:00', '09:00'], ['tue', '10:00', '09:00'])],
      ['/available_times/0/end_time', hours(['sun', '24:00', '24:00'])],
      [
        '/available_times/0/start_time',
        hours(['fri', '11:59', '13:00'], ['mon', '08:00', '12:00'], ['fri', '08:00', '12:00']),
      ],
      ['/available_times/0/start_time', hours(['mon', '8:00', '12:00'])],
      ['/available_times/0/end_time', hours(['mon', '08:00', '12:60'])],
      ['/available_times/0/day_of_week', hours(['monday', '08:00', '12:00'])],
    ] as const) {
      const answer = await asAdmin.put(`/api/doctors/${other.id}/availability`, {
        payload: { slot_minutes: 30, available_times },
      })
      t.match(answer.json(), { status: 400, errors: [{ pointer }] })
    }
    const touching = hours(['mon', '08:00', '12:00'], ['mon', '12:00', '13:00'])
    const payload = { slot_minutes: 5, available_times: touching }
    const answer = await asAdmin.put(`/api/doctors/${other.id}/availability`, { payload })
    t.equal(answer.statusCode, 200)
  })

  await t.test('exceptions', async (t) => {
    const url = `/api/doctors/${own.id}/exceptions`
    const absence = { kind: 'leave', starts_on: day(7), ends_on: day(14), note: 'Family' }
    const headers = { 'idempotency-key': randomUUID() }
    const created = await doctor.post(url, { payload: absence, headers })
    t.equal(created.statusCode, 201)
    const { id } = created.json()
    t.match(created.json(), { ...absence, doctor_id: own.id })
    t.equal(created.headers.location, `${url}/${id}`)
    t.equal((await doctor.post(url, { payload: absence, headers })).body, created.body)
    t.match((await asAdmin.get(`/api/doctors/${own.id}`)).json(), { version: 3 })
    const wrong = { ...absence, ends_on: day(6) }
    t.match((await doctor.post(url, { payload: wrong })).json(), {
      status: 400,
      errors: [{ pointer: '/ends_on' }],
    })
    const past = { kind: 'training', starts_on: '2020-01-01', ends_on: '2020-01-02' }
    await asAdmin.post(url, { payload: past })
    const days = async (query: string) =>
      (await doctor.get(`${url}${query}`))
        .json()
        .results.map(({ starts_on }: { starts_on: string }) => starts_on)
    t.same(await days(''), ['2020-01-01', day(7)])
    t.same(await days('?limit=1'), ['2020-01-01'])
    t.same(await days(`?from=${day(14)}`), [day(7)])
    t.same(await days(`?from=${day(15)}`), [])
    t.same(await days('?to=2020-01-01'), ['2020-01-01'])
    const first = (await doctor.get(`${url}?limit=1`)).json()
    t.same(await days(`?limit=1&cursor=${first.next_cursor}`), [day(7)])

    const system = as({ role: 'system', hospital_id: city.id })
    const asked = (await system.get(`/internal/doctors?ids=${own.id}`)).json()
    t.ok(Value.Check(DoctorReferencesSchema, asked))
    t.match(asked.results, [
      { ...WEEK, not_available: [{ starts_on: day(7), ends_on: day(14) }], version: 4 },
    ])
    t.equal(asked.results[0].not_available.length, 1, 'not of the past')

    t.equal((await doctor.delete(`/api/doctors/${other.id}/exceptions/${id}`)).statusCode, 403)
    t.equal((await asAdmin.delete(`/api/doctors/${other.id}/exceptions/${id}`)).statusCode, 404)
    t.equal((await doctor.delete(`${url}/${id}`)).statusCode, 204)
    t.equal((await doctor.delete(`${url}/${id}`)).statusCode, 404)
    t.same(await told(own.id), [2, 3, 4, 5], 'what did not come about is told to nobody')
    t.same(await told(other.id), [2])
  })

  await t.test('doctors change their own hours only, and the attempt is on record', async (t) => {
    const url = `/api/doctors/${other.id}`
    const absence = { kind: 'other', starts_on: day(1), ends_on: day(1) }
    for (const answer of [
      await doctor.put(`${url}/availability`, { payload: WEEK }),
      await doctor.post(`${url}/exceptions`, { payload: absence }),
    ]) {
      t.match(answer.json(), { status: 403, code: 'forbidden' })
      t.match((await auditEvents()).at(-1), {
        action: 'access.denied',
        outcome: 'denied',
        entity: { type: 'doctor', id: other.id },
      })
    }
    const nobodys = await doctor.put(`/api/doctors/${randomUUID()}/availability`, { payload: WEEK })
    t.equal(nobodys.statusCode, 404)
    for (const role of ['nurse', 'receptionist', 'staff'] as const) {
      const member = as({ role, hospital_id: city.id, user_id })
      const answer = await member.put(`/api/doctors/${own.id}/availability`, { payload: WEEK })
      t.equal(answer.statusCode, 403, role)
    }
    t.same((await asAdmin.get(`${url}/exceptions`)).json().results, [])
  })
})

t.test('defect 25: the clock and the calendar of a hospital', async (t) => {
  const { as, admin, platform, hospital, domainEvents, auditEvents } = await build(t)
  const city = await hospital({ time_zone: 'America/New_York' })
  const asAdmin = admin(city)
  const system = as({ role: 'system', hospital_id: city.id })
  const reference = async () => {
    const answer = await system.get('/internal/hospital')
    t.ok(Value.Check(HospitalReferenceSchema, answer.json()))
    return answer.json()
  }

  await t.test('a time zone is told with every event of the hospital', async (t) => {
    t.same(await reference(), {
      id: city.id,
      time_zone: 'America/New_York',
      holidays: [],
      department_ids: [],
      version: 1,
    })
    await asAdmin.patch(`/api/hospitals/${city.id}`, { payload: { time_zone: 'Asia/Kolkata' } })
    t.match(await reference(), { time_zone: 'Asia/Kolkata', version: 2 })
    for (const is_active of [false, true])
      await platform.patch(`/api/hospitals/${city.id}`, { payload: { is_active } })
    const unsaid = await hospital()
    const zones = (await domainEvents()).map(({ id, time_zone }) => [id, time_zone])
    t.same(zones, [
      [city.id, 'America/New_York'],
      ...Array(3).fill([city.id, 'Asia/Kolkata']),
      [unsaid.id, 'UTC'],
    ])
  })

  await t.test('holidays: each is told, and leaves the hospital’s own version alone', async (t) => {
    const before = await reference()
    const { version } = (await asAdmin.get(`/api/hospitals/${city.id}`)).json()
    const headers = { 'idempotency-key': randomUUID() }
    const payload = { date: day(30), name: 'Founders’ day' }
    const created = await asAdmin.post('/api/holidays', { payload, headers })
    t.equal(created.statusCode, 201)
    t.match(created.json(), payload)
    const { id } = created.json()
    t.equal(created.headers.location, `/api/holidays/${id}`)
    t.equal((await asAdmin.post('/api/holidays', { payload, headers })).body, created.body)
    const again = await asAdmin.post('/api/holidays', { payload: { ...payload, name: 'Other' } })
    t.match(again.json(), { status: 409, code: 'holiday_exists', errors: [{ pointer: '/date' }] })
    await asAdmin.post('/api/holidays', { payload: { date: '2020-01-01', name: 'Past' } })
    t.match(await reference(), { holidays: [day(30)], version: before.version + 2 })

    const dates = async (query = '') =>
      (await as({ role: 'nurse', hospital_id: city.id }).get(`/api/holidays${query}`))
        .json()
        .results.map(({ date }: { date: string }) => date)
    t.same(await dates(), ['2020-01-01', day(30)])
    t.same(await dates(`?from=${day(0)}`), [day(30)])
    t.same(await dates('?to=2020-01-01&limit=1'), ['2020-01-01'])
    t.equal((await asAdmin.delete(`/api/holidays/${id}`)).statusCode, 204)
    t.equal((await asAdmin.delete(`/api/holidays/${id}`)).statusCode, 404)
    t.match(await reference(), { holidays: [], version: before.version + 3 })

    const { subject, ...event } = (await domainEvents()).at(-1) ?? {}
    t.equal(subject, `domain.${city.id}.hospital.hospital.updated`)
    t.ok(Value.Check(HospitalEventSchema, event))
    t.match(event, { id: city.id, name: city.name, time_zone: 'Asia/Kolkata', version })
    t.match(
      (await auditEvents())
        .filter(({ action }) => action.startsWith('holiday.'))
        .map(({ action, outcome }) => [action, outcome]),
      [
        ['holiday.created', 'success'],
        ['holiday.created', 'failure'],
        ['holiday.created', 'failure'],
        ['holiday.created', 'success'],
        ['holiday.removed', 'success'],
        ['holiday.removed', 'failure'],
      ],
    )
    const stillOurs = await asAdmin.patch(`/api/hospitals/${city.id}`, {
      payload: { address: 'New street' },
      headers: { 'if-match': `"${version}"` },
    })
    t.equal(stillOurs.statusCode, 200)
  })

  await t.test('who may keep holidays', async (t) => {
    const payload = { date: day(5), name: 'Mine' }
    for (const role of ['doctor', 'nurse'] as const) {
      const member = as({ role, hospital_id: city.id })
      t.equal((await member.post('/api/holidays', { payload })).statusCode, 403, role)
    }
    t.equal(
      (await as({ role: 'system', hospital_id: randomUUID() }).get('/internal/hospital'))
        .statusCode,
      404,
    )
    t.equal((await asAdmin.get('/internal/hospital')).statusCode, 403)
  })
})
