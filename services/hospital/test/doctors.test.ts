import { randomUUID } from 'node:crypto'
import { Value } from '@sinclair/typebox/value'
import { DoctorReferencesSchema, RecordEventSchema } from '@wardstone/contracts'
import t from 'tap'
import type { Doctor } from '../src/doctors/schemas.ts'
import { aDepartment, aDoctor, build } from './helper.ts'

const json = { 'content-type': 'application/merge-patch+json' }

t.test('doctors of one hospital', async (t) => {
  const { as, admin, hospital, outbox, auditEvents, sql } = await build(t)
  const city = await hospital()
  const asAdmin = admin(city)
  const enter = async (changes: object = {}): Promise<Doctor> => {
    const answer = await asAdmin.post('/api/doctors', { payload: aDoctor(changes) })
    t.equal(answer.statusCode, 201, answer.body)
    return answer.json()
  }
  const told = async (id: string) =>
    (await outbox())
      .filter(({ subject }) => /^domain\..*\.hospital\.doctor\./.test(subject))
      .map(({ subject, payload }) => ({ type: subject.split('.').at(-1), ...JSON.parse(payload) }))
      .filter((event) => event.id === id)

  await t.test('defect 13: a doctor is entered at once, or not at all', async (t) => {
    const user_id = randomUUID()
    const body = aDoctor({ user_id, consultation_fee: { amount_minor: 7500, currency: 'EUR' } })
    const created = await asAdmin.post('/api/doctors', { payload: body })
    t.equal(created.statusCode, 201)
    const doctor = created.json()
    t.equal(created.headers.location, `/api/doctors/${doctor.id}`)
    t.equal(created.headers.etag, '"1"')
    t.match(doctor, {
      ...body,
      experience_years: 0,
      department_id: null,
      is_available: true,
      is_active: true,
      slot_minutes: 30,
      available_times: [],
    })
    t.strictSame((await asAdmin.get(`/api/doctors/${doctor.id}`)).json(), doctor)
    const [event] = await told(doctor.id)
    const { type, ...payload } = event
    t.equal(type, 'created')
    t.ok(Value.Check(RecordEventSchema, payload))
    t.match(payload, { hospital_id: city.id, is_active: true, version: 1 })
    t.notMatch(JSON.stringify(await outbox()), /Okafor|Amina/, 'names do not travel')

    const before = await sql('select id from doctor')
    const messages = (await outbox()).length
    const refused = await asAdmin.post('/api/doctors', {
      payload: aDoctor({ department_id: randomUUID() }),
    })
    t.match(refused.json(), { status: 400, errors: [{ pointer: '/department_id' }] })
    t.same(await sql('select id from doctor'), before, 'nothing is left behind')
    t.equal((await outbox()).length, messages + 1, 'but the failure is on record')
  })

  await t.test('what a hospital has once', async (t) => {
    const { license_number, user_id } = await enter({ user_id: randomUUID() })
    const post = (changes: object) => asAdmin.post('/api/doctors', { payload: aDoctor(changes) })
    t.match((await post({ license_number: license_number.toLowerCase() })).json(), {
      status: 409,
      code: 'license_number_taken',
      errors: [{ pointer: '/license_number' }],
    })
    t.match((await post({ user_id })).json(), {
      status: 409,
      code: 'user_is_doctor',
      errors: [{ pointer: '/user_id' }],
    })
    const other = await enter()
    const payload = { license_number }
    const moved = await asAdmin.patch(`/api/doctors/${other.id}`, { payload })
    t.match(moved.json(), { status: 409, code: 'license_number_taken' })
    t.match((await auditEvents()).at(-1), {
      action: 'doctor.updated',
      outcome: 'failure',
      reason: 'license_number_taken',
    })
    const elsewhere = admin(await hospital())
    const theirs = await elsewhere.post('/api/doctors', {
      payload: aDoctor({ license_number, user_id }),
    })
    t.equal(theirs.statusCode, 201, 'another hospital may have the same')
  })

  await t.test('defects 22 and 23: what is wrong is a 400 that names the field', async (t) => {
    const fee = (amount_minor: unknown, currency: unknown) => ({
      consultation_fee: { amount_minor, currency },
    })
    const wrong: [string, object][] = [
      ['/first_name', { first_name: ' ' }],
      ['/specialization', { specialization: 'alchemy' }],
      ['/license_number', { license_number: undefined }],
      ['/experience_years', { experience_years: 81 }],
      ['/experience_years', { experience_years: -1 }],
      ['/phone', { phone: '+049301234567' }],
      ['/phone', { phone: '+1234567890123456' }],
      ['/email', { email: 'nobody' }],
      ['/consultation_fee/currency', fee(100, 'XXX')],
      ['/consultation_fee/currency', fee(100, 'eur')],
      ['/consultation_fee/amount_minor', fee(-1, 'EUR')],
      ['/consultation_fee/amount_minor', fee(1.5, 'EUR')],
      ['/is_available', { is_available: 'yes' }],
      ['/slot_minutes', { slot_minutes: 20 }],
      ['/version', { version: 1 }],
      ['/department_id', { department_id: randomUUID() }],
    ]
    for (const [pointer, changes] of wrong) {
      const answer = await asAdmin.post('/api/doctors', { payload: aDoctor(changes) })
      t.match(answer.json(), { status: 400, code: 'validation_failed' }, pointer)
      t.ok(answer.json().errors.some((each: { pointer: string }) => each.pointer === pointer))
    }
    for (const phone of ['+123456789012345', '030 1234567', '112'])
      t.equal((await enter({ phone })).phone, phone)
  })

  await t.test(
    'defect 20: static paths are not shadowed, PUT of one field is a clear 400',
    async (t) => {
      const { id } = await enter()
      for (const path of ['search?q=okafor', 'stats']) {
        t.equal((await asAdmin.get(`/api/doctors/${path}`)).statusCode, 200, path)
      }
      const put = await asAdmin.put(`/api/doctors/${id}`, { payload: { is_available: false } })
      t.equal(put.statusCode, 400)
      t.same(
        put
          .json()
          .errors.map(({ pointer }: { pointer: string }) => pointer)
          .sort(),
        ['/first_name', '/last_name', '/license_number', '/specialization'],
      )
    },
  )

  await t.test('PUT replaces, PATCH merges', async (t) => {
    const doctor = await enter({
      bio: 'Since 1999',
      consultation_fee: { amount_minor: 100, currency: 'EUR' },
    })
    const url = `/api/doctors/${doctor.id}`
    const patch = async (payload: object) =>
      asAdmin.patch(url, { payload: JSON.stringify(payload), headers: json })
    const dearer = await patch({ consultation_fee: { amount_minor: 200 }, bio: null })
    t.match(dearer.json(), {
      consultation_fee: { amount_minor: 200, currency: 'EUR' },
      bio: null,
      version: 2,
    })
    t.match((await auditEvents()).at(-1), {
      action: 'doctor.updated',
      changed_fields: ['bio', 'consultation_fee'],
    })
    t.match((await patch({ consultation_fee: null })).json(), { consultation_fee: null })
    t.match((await patch({ consultation_fee: { currency: 'USD' } })).json(), {
      status: 400,
      errors: [{ pointer: '/consultation_fee/amount_minor', message: 'is required' }],
    })
    const messages = (await outbox()).length
    t.match((await patch({ bio: null })).json(), { version: 3 }, 'no change')
    t.equal((await outbox()).length, messages)

    const replaced = await asAdmin.put(url, { payload: aDoctor({ last_name: 'Eze' }) })
    t.match(replaced.json(), { last_name: 'Eze', consultation_fee: null, version: 4 })
    t.same(
      (await told(doctor.id)).map(({ type, version }) => [type, version]),
      [
        ['created', 1],
        ['updated', 2],
        ['updated', 3],
        ['updated', 4],
      ],
    )
  })

  await t.test('defect 24: nobody overwrites what they have not seen', async (t) => {
    const { id } = await enter()
    const url = `/api/doctors/${id}`
    const answers = await Promise.all(
      ['Ada', 'Bea', 'Cem', 'Dan'].map((first_name) =>
        asAdmin.patch(url, { payload: { first_name }, headers: { 'if-match': '"1"' } }),
      ),
    )
    t.same(answers.map(({ statusCode }) => statusCode).sort(), [200, 412, 412, 412])
    t.match(answers.find(({ statusCode }) => statusCode === 412)?.json(), {
      code: 'stale',
      version: 2,
    })
    const stale = await asAdmin.delete(url, { headers: { 'if-match': '"1"' } })
    t.equal(stale.statusCode, 412)
    const said = await asAdmin.put(url, { payload: { ...aDoctor(), version: 1 } })
    t.equal(said.statusCode, 412)
    t.match((await auditEvents()).at(-1), { action: 'doctor.updated', reason: 'stale' })
  })

  await t.test('DELETE deactivates, and there is a way back', async (t) => {
    const { id } = await enter()
    const url = `/api/doctors/${id}`
    t.match((await asAdmin.delete(url)).json(), { id, is_active: false, version: 2 })
    t.match((await asAdmin.delete(url)).json(), { version: 2 }, 'twice is once')
    t.equal((await asAdmin.get(url)).statusCode, 200, 'still there')
    t.match((await asAdmin.put(url, { payload: aDoctor() })).json(), { is_active: false })
    const headers = { 'idempotency-key': randomUUID() }
    const back = await asAdmin.post(`${url}/reactivate`, { headers })
    t.match(back.json(), { is_active: true, version: 4 })
    t.match((await asAdmin.patch(url, { payload: { is_active: false } })).json(), { version: 5 })
    const replayed = await asAdmin.post(`${url}/reactivate`, { headers })
    t.equal(replayed.body, back.body)
    t.equal(replayed.headers['idempotency-replayed'], 'true')
    t.same(
      (await told(id)).map(({ type, is_active }) => [type, is_active]),
      [
        ['created', true],
        ['deactivated', false],
        ['updated', false],
        ['reactivated', true],
        ['deactivated', false],
      ],
    )
  })

  await t.test('the same key enters one doctor', async (t) => {
    const headers = { 'idempotency-key': randomUUID() }
    const payload = aDoctor()
    const first = await asAdmin.post('/api/doctors', { payload, headers })
    const again = await asAdmin.post('/api/doctors', { payload, headers })
    t.equal(again.body, first.body)
    t.equal(again.headers['idempotency-replayed'], 'true')
    t.match((await auditEvents()).at(-1), {
      action: 'doctor.created',
      outcome: 'failure',
      reason: 'idempotency_replayed',
      entity: { id: first.json().id },
    })
    const other = await asAdmin.post('/api/doctors', { payload: aDoctor(), headers })
    t.match(other.json(), { status: 409, code: 'idempotency_conflict' })
  })

  await t.test('who may', async (t) => {
    const { id } = await enter()
    for (const role of ['doctor', 'nurse', 'receptionist', 'staff'] as const) {
      const member = as({ role, hospital_id: city.id, hospital_name: city.name })
      t.equal((await member.get(`/api/doctors/${id}`)).statusCode, 200, role)
      for (const answer of [
        await member.post('/api/doctors', { payload: aDoctor() }),
        await member.patch(`/api/doctors/${id}`, { payload: { bio: 'x' } }),
        await member.delete(`/api/doctors/${id}`),
      ])
        t.match(answer.json(), { status: 403, code: 'forbidden' }, role)
    }
  })
})

t.test('lists, search and statistics of doctors', async (t) => {
  const { as, admin, hospital } = await build(t)
  const city = await hospital()
  const asAdmin = admin(city)
  const department = (
    await asAdmin.post('/api/departments', { payload: aDepartment({ name: 'Heart' }) })
  ).json()
  const people = [
    ['Zoë', 'Müller', 'cardiology', { license_number: 'MED-12 345', department_id: department.id }],
    ['José', 'García López', 'internal_medicine', { is_available: false }],
    ['Nguyễn', 'Đặng', 'ent', {}],
    ['Anna', 'Øster', 'cardiology', { department_id: department.id }],
    ['Anna', 'Muller', 'surgery', {}],
  ] as const
  for (const [first_name, last_name, specialization, more] of people) {
    const payload = aDoctor({ first_name, last_name, specialization, ...more })
    t.equal((await asAdmin.post('/api/doctors', { payload })).statusCode, 201)
  }
  type Found = { results: Doctor[]; next_cursor: string | null; count?: number }
  const namesOf = ({ results }: Found) => results.map((each) => each.last_name)

  await t.test('by name unless asked, page by page', async (t) => {
    const inOrder = ['Đặng', 'García López', 'Muller', 'Müller', 'Øster']
    const names: string[] = []
    for (let url: string | undefined = '/api/doctors?limit=2&count=true'; url; ) {
      const answer = await asAdmin.get(url)
      names.push(...namesOf(answer.json()))
      t.equal(answer.json().count, 5)
      url = /<(.*)>; rel="next"/.exec(String(answer.headers.link))?.[1]
    }
    t.same(names, inOrder)
    const newest = (await asAdmin.get('/api/doctors?ordering=-created_at&limit=1')).json()
    t.same(namesOf(newest), ['Muller'])
    const elsewhere = await asAdmin.get(`/api/doctors?ordering=name&cursor=${newest.next_cursor}`)
    t.match(elsewhere.json(), { status: 400, errors: [{ pointer: '/cursor' }] })
  })

  await t.test('filters', async (t) => {
    for (const [query, names] of [
      ['specialization=cardiology', ['Müller', 'Øster']],
      [`department_id=${department.id}`, ['Müller', 'Øster']],
      [`department_id=${randomUUID()}`, []],
      [`user_id=${randomUUID()}`, []],
      ['is_available=false', ['García López']],
      ['is_active=false', []],
      ['is_active=true&specialization=ent', ['Đặng']],
    ] as const)
      t.same(namesOf((await asAdmin.get(`/api/doctors?${query}`)).json()), names, query)
    t.equal((await asAdmin.get('/api/doctors?specialization=x')).statusCode, 400)
  })

  await t.test('words in any order, by their beginnings, without accents and case', async (t) => {
    for (const [q, names] of [
      ['MULLER', ['Muller', 'Müller']],
      ['mull zoe', ['Müller']],
      ['zo mü', ['Müller']],
      ['lopez jose', ['García López']],
      ['oster', ['Øster']],
      ['dang', ['Đặng']],
      ['cardio', ['Müller', 'Øster']],
      ['internal medicine', ['García López']],
      ['MED-12', ['Müller']],
      ['med12345', ['Müller']],
      ['uller', []],
      ['%%', []],
      ['--', []],
      ['anna nobody', []],
    ] as const) {
      const got = await asAdmin.get(`/api/doctors/search?q=${encodeURIComponent(q)}`)
      t.same(namesOf(got.json()), names, q)
      const posted = await asAdmin.post('/api/doctors/search', { payload: { q } })
      t.same(namesOf(posted.json()), names, q)
    }
    const first = (await asAdmin.get('/api/doctors/search?q=muller&limit=1')).json()
    const next = await asAdmin.get(
      `/api/doctors/search?q=muller&limit=1&cursor=${first.next_cursor}`,
    )
    t.same(namesOf(next.json()), ['Müller'])
    t.notOk(next.headers.link, 'no name in a URL of ours')
    const [anna] = (await asAdmin.get('/api/doctors?specialization=surgery')).json().results
    await asAdmin.delete(`/api/doctors/${anna.id}`)
    t.same(namesOf((await asAdmin.get('/api/doctors/search?q=muller')).json()), ['Müller'])
    const inactive = await asAdmin.get('/api/doctors/search?q=muller&is_active=false')
    t.same(namesOf(inactive.json()), ['Muller'])
  })

  await t.test('statistics', async (t) => {
    const stats = (await asAdmin.get('/api/doctors/stats')).json()
    t.match(stats, { total: 5, active: 4, inactive: 1, available: 3 })
    t.match(stats.by_specialization, { cardiology: 2, ent: 1, surgery: 1, oncology: 0 })
    t.same(stats.by_department, [
      { department_id: department.id, name: 'Heart', count: 2 },
      { department_id: null, name: null, count: 3 },
    ])
  })

  await t.test('what other services ask', async (t) => {
    const [doctor] = (await asAdmin.get('/api/doctors?specialization=ent')).json().results
    const url = `/internal/doctors?ids=${doctor.id},${randomUUID()}`
    const answer = await as({ role: 'system', hospital_id: city.id }).get(url)
    t.ok(Value.Check(DoctorReferencesSchema, answer.json()))
    t.match(answer.json().results, [{ id: doctor.id, last_name: 'Đặng', version: 1 }])
    t.equal((await asAdmin.get(url)).statusCode, 403)
    t.equal(
      (await as({ role: 'system', hospital_id: city.id }).get('/internal/doctors?ids=x'))
        .statusCode,
      400,
    )
  })
})
