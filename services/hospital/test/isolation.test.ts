import { randomUUID } from 'node:crypto'
import { createLogger } from '@wardstone/service'
import { TenantDatabase } from '@wardstone/tenancy'
import t from 'tap'
import { AbsenceRepository } from '../src/absences/repository.ts'
import type { Database } from '../src/database/schema.ts'
import { DepartmentRepository } from '../src/departments/repository.ts'
import { DoctorReferenceRepository } from '../src/doctors/reference-repository.ts'
import { DoctorRepository } from '../src/doctors/repository.ts'
import { DoctorStatsRepository } from '../src/doctors/stats-repository.ts'
import { HolidayRepository } from '../src/holidays/repository.ts'
import { HospitalRepository } from '../src/hospitals/repository.ts'
import { aDepartment, aDoctor, build } from './helper.ts'

const CANARY = 'Riversidecanary'
const BY_NAME = { column: 'name_sort', direction: 'asc', limit: 100, after: undefined } as const
const WEEK = { slot_minutes: 15, available_times: [] }
const AWAY = { kind: 'leave', starts_on: '2026-01-01', ends_on: '2099-12-31' } as const

type World = Awaited<ReturnType<typeof build>>

/** A hospital with a department, a doctor who is away once, and a holiday, all named `word`. */
async function furnished({ hospital, admin }: World, word: string) {
  const own = await hospital({ name: `${word} ${randomUUID()}` })
  const ask = admin(own)
  const post = async (path: string, payload: object) => (await ask.post(path, { payload })).json()
  const department = await post('/api/departments', aDepartment({ name: word }))
  const named = { first_name: word, last_name: word, bio: word, department_id: department.id }
  const doctor = await post('/api/doctors', aDoctor(named))
  const absence = await post(`/api/doctors/${doctor.id}/exceptions`, { ...AWAY, note: word })
  const holiday = await post('/api/holidays', { date: '2099-12-25', name: word })
  return { hospital: own, ask, department, doctor, absence, holiday }
}

t.test('two hospitals × every route on one hospital', async (t) => {
  const { as, hospital, admin, auditEvents, outbox } = await build(t)
  const city = await hospital()
  const riverside = await hospital({ address: 'Riverside canary' })
  const onOne = (id: string) =>
    [
      ['GET', () => admin(city).get(`/api/hospitals/${id}`)],
      [
        'PATCH',
        () => admin(city).patch(`/api/hospitals/${id}`, { payload: { address: 'City was here' } }),
      ],
    ] as const

  for (const [index, [method, ask]] of onOne(riverside.id).entries()) {
    await t.test(
      `${method}: another hospital’s id answers the same bytes as an unknown one`,
      async (t) => {
        const theirs = await ask()
        const nobodys = (await onOne(randomUUID())[index]?.[1]()) as typeof theirs
        t.equal(theirs.statusCode, 404)
        t.equal(withoutRequestId(theirs.body), withoutRequestId(nobodys.body))
        t.same(Object.keys(theirs.headers), Object.keys(nobodys.headers))
      },
    )
  }

  await t.test('members of every role see their own hospital only', async (t) => {
    for (const role of ['admin', 'doctor', 'nurse', 'receptionist', 'staff'] as const) {
      const member = as({ role, hospital_id: city.id })
      t.equal((await member.get(`/api/hospitals/${city.id}`)).json().name, city.name, role)
      t.equal((await member.get(`/api/hospitals/${riverside.id}`)).statusCode, 404, role)
    }
  })

  await t.test('a platform administrator sees each', async (t) => {
    for (const { id, name } of [city, riverside]) {
      t.equal((await as({ role: 'platform_admin' }).get(`/api/hospitals/${id}`)).json().name, name)
    }
    t.equal(
      (await as({ role: 'platform_admin' }).get(`/api/hospitals/${randomUUID()}`)).statusCode,
      404,
    )
  })

  await t.test('a role of a hospital without a hospital sees none', async (t) => {
    const nowhere = await as({ role: 'admin', hospital_id: null }).get(`/api/hospitals/${city.id}`)
    t.match(nowhere.json(), { status: 403, code: 'no_hospital_context' })
  })

  await t.test('every attempt is on the caller’s record, none on the other’s', async (t) => {
    const attempts = (await auditEvents()).filter(({ action }) => action === 'access.denied')
    t.equal(attempts.filter(({ entity }) => entity?.id === riverside.id).length, 7)
    t.ok(attempts.every(({ hospital_id }) => hospital_id === city.id))
    const theirs = (await outbox()).filter(({ hospital_id }) => hospital_id === riverside.id)
    t.equal(theirs.length, 4, 'its creation only')
    t.notMatch(JSON.stringify(await outbox()), /canary/)
  })
})

t.test('two hospitals × every route of the clinic', async (t) => {
  const world = await build(t)
  const { app, sql, auditEvents } = world
  const riverside = await furnished(world, CANARY)
  const city = await furnished(world, 'City')
  const { ask } = city
  type Ids = Record<'department' | 'doctor' | 'absence' | 'holiday', string>
  const onOne = ({ department, doctor, absence, holiday }: Ids) => {
    const [ofDepartment, ofDoctor] = [`/api/departments/${department}`, `/api/doctors/${doctor}`]
    return [
      ['GET /api/departments/{id}', () => ask.get(ofDepartment)],
      ['PUT /api/departments/{id}', () => ask.put(ofDepartment, { payload: aDepartment() })],
      ['PATCH /api/departments/{id}', () => ask.patch(ofDepartment, { payload: { name: 'X' } })],
      ['DELETE /api/departments/{id}', () => ask.delete(ofDepartment)],
      ['POST /api/departments/{id}/reactivate', () => ask.post(`${ofDepartment}/reactivate`)],
      ['GET /api/doctors/{id}', () => ask.get(ofDoctor)],
      ['PUT /api/doctors/{id}', () => ask.put(ofDoctor, { payload: aDoctor() })],
      ['PATCH /api/doctors/{id}', () => ask.patch(ofDoctor, { payload: { bio: 'X' } })],
      ['DELETE /api/doctors/{id}', () => ask.delete(ofDoctor)],
      ['POST /api/doctors/{id}/reactivate', () => ask.post(`${ofDoctor}/reactivate`)],
      ['GET /api/doctors/{id}/availability', () => ask.get(`${ofDoctor}/availability`)],
      [
        'PUT /api/doctors/{id}/availability',
        () => ask.put(`${ofDoctor}/availability`, { payload: WEEK }),
      ],
      ['GET /api/doctors/{id}/exceptions', () => ask.get(`${ofDoctor}/exceptions`)],
      [
        'POST /api/doctors/{id}/exceptions',
        () => ask.post(`${ofDoctor}/exceptions`, { payload: AWAY }),
      ],
      [
        'DELETE /api/doctors/{id}/exceptions/{exception_id}',
        () => ask.delete(`${ofDoctor}/exceptions/${absence}`),
      ],
      ['DELETE /api/holidays/{id}', () => ask.delete(`/api/holidays/${holiday}`)],
    ] as const
  }
  const list = 'limit=100&count=true'
  const onMany = [
    ['GET /api/departments', () => ask.get(`/api/departments?${list}`)],
    ['POST /api/departments', () => ask.post('/api/departments', { payload: aDepartment() })],
    ['GET /api/departments/search', () => ask.get(`/api/departments/search?q=${CANARY}`)],
    [
      'POST /api/departments/search',
      () => ask.post('/api/departments/search', { payload: { q: 'riverside' } }),
    ],
    ['GET /api/departments/stats', () => ask.get('/api/departments/stats')],
    ['GET /api/doctors', () => ask.get(`/api/doctors?${list}`)],
    ['POST /api/doctors', () => ask.post('/api/doctors', { payload: aDoctor() })],
    ['GET /api/doctors/search', () => ask.get(`/api/doctors/search?q=${CANARY}`)],
    [
      'POST /api/doctors/search',
      () => ask.post('/api/doctors/search', { payload: { q: riverside.doctor.license_number } }),
    ],
    ['GET /api/doctors/stats', () => ask.get('/api/doctors/stats')],
    ['GET /api/holidays', () => ask.get('/api/holidays')],
    [
      'POST /api/holidays',
      () => ask.post('/api/holidays', { payload: { date: '2099-12-26', name: 'Mine' } }),
    ],
  ] as const
  const idsOf = ({ department, doctor, absence, holiday }: typeof riverside): Ids => ({
    department: department.id,
    doctor: doctor.id,
    absence: absence.id,
    holiday: holiday.id,
  })
  const nobodys = (): Ids => ({
    department: randomUUID(),
    doctor: randomUUID(),
    absence: randomUUID(),
    holiday: randomUUID(),
  })
  const theirs = idsOf(riverside)
  const stored = () =>
    sql(
      `select row_to_json(x)::text as row from department x where hospital_id = $1
        union all select row_to_json(x)::text from doctor x where hospital_id = $1
        union all select row_to_json(x)::text from doctor_absence x where hospital_id = $1
        union all select row_to_json(x)::text from holiday x where hospital_id = $1
        union all select row_to_json(x)::text from hospital x where id = $1 order by 1`,
      [riverside.hospital.id],
    )
  const before = await stored()

  await t.test('no route of the clinic is missing here', async (t) => {
    const tested = new Set([...onOne(theirs), ...onMany].map(([name]) => name))
    const documented = Object.entries(app.swagger().paths ?? {}).flatMap(([path, operations]) =>
      Object.keys(operations ?? {}).map(
        (method) => `${method.toUpperCase()} ${path.replace(/\/$/, '')}`,
      ),
    )
    t.same([...tested].sort(), documented.filter((name) => !name.includes('/hospitals')).sort())
  })

  await t.test('another hospital’s id answers the same bytes as an unknown one', async (t) => {
    const unknown = onOne(nobodys())
    for (const [index, [name, attack]] of onOne(theirs).entries()) {
      const [answer, blank] = [await attack(), await unknown[index]?.[1]()]
      if (!blank) throw new Error('as many unknown ones')
      t.equal(answer.statusCode, 404, name)
      t.equal(withoutRequestId(answer.body), withoutRequestId(blank.body), name)
      t.same(Object.keys(answer.headers), Object.keys(blank.headers), name)
    }
  })

  await t.test('an own doctor does not open another’s absence', async (t) => {
    const mixed = `/api/doctors/${city.doctor.id}/exceptions/${theirs.absence}`
    t.equal((await ask.delete(mixed)).statusCode, 404)
  })

  await t.test('nor is it told by a reference in a body or a query', async (t) => {
    for (const [path, field, id, body] of [
      ['/api/doctors', 'department_id', theirs.department, aDoctor()],
      ['/api/departments', 'head_doctor_id', theirs.doctor, aDepartment()],
    ] as const) {
      const [one, other] = [
        await ask.post(path, { payload: { ...body, [field]: id } }),
        await ask.post(path, { payload: { ...body, [field]: randomUUID() } }),
      ]
      t.match(one.json(), { status: 400, errors: [{ pointer: `/${field}` }] })
      t.equal(withoutRequestId(one.body), withoutRequestId(other.body))
      t.same((await ask.get(`${path}?${field}=${id}`)).json().results, [])
    }
  })

  await t.test('no answer holds a byte of the other hospital', async (t) => {
    const secrets = new RegExp([CANARY, ...Object.values(theirs)].join('|'), 'i')
    for (const [name, question] of onMany) {
      const { statusCode, body, headers } = await question()
      t.ok(statusCode < 300, `${name} ${statusCode}`)
      t.notMatch(body + JSON.stringify(headers), secrets, name)
    }
    t.equal((await ask.get('/api/departments/stats')).json().total, 2)
    t.equal((await ask.get('/api/doctors/stats')).json().total, 2)
  })

  await t.test('the other hospital’s records are as they were', async (t) => {
    t.same(await stored(), before)
  })

  await t.test('a cursor is good for its own hospital only', async (t) => {
    for (const [path, payload] of [
      ['/api/doctors', aDoctor()],
      ['/api/departments', aDepartment()],
      ['/api/holidays', { name: 'More', date: '2099-12-27' }],
      [`/api/doctors/${theirs.doctor}/exceptions`, AWAY],
    ] as const) {
      await riverside.ask.post(path, { payload })
      const { next_cursor } = (await riverside.ask.get(`${path}?limit=1`)).json()
      t.ok(next_cursor, path)
      const own = path.replace(theirs.doctor, city.doctor.id)
      const answer = await ask.get(`${own}?limit=1&cursor=${next_cursor}`)
      t.match(answer.json(), { status: 400, errors: [{ pointer: '/cursor' }] }, path)
    }
  })

  await t.test('every attempt is on the caller’s record, none on the other’s', async (t) => {
    const about = (await auditEvents()).filter(
      ({ entity, outcome }) =>
        outcome !== 'success' && Object.values(theirs).includes(String(entity?.id)),
    )
    t.equal(about.length, 12, 'each that would change something')
    t.ok(about.every(({ hospital_id }) => hospital_id === city.hospital.id))
  })
})

t.test('each wall holds without the other', async (t) => {
  const world = await build(t)
  const { sql, urls } = world
  const [ours, others] = [await furnished(world, 'City'), await furnished(world, CANARY)]
  const [city, riverside] = [ours.hospital, others.hospital]
  const database = new TenantDatabase<Database>({
    url: urls.databaseUrl,
    poolSize: 2,
    applicationName: 'walls',
    logger: createLogger('walls', 'silent'),
  })
  t.teardown(() => database.close())
  const tenant = database.tenant(identityAt(city.id))

  await t.test(
    'a query without the predicate: row-level security hides the other hospital',
    async (t) => {
      t.same(await tenant.db.selectFrom('hospital').select('id').execute(), [{ id: city.id }])
      const moved = await tenant.db
        .updateTable('hospital')
        .set({ address: 'x' })
        .where('id', '=', riverside.id)
        .executeTakeFirst()
      t.equal(moved.numUpdatedRows, 0n)
    },
  )

  await t.test('no request can suspend, rename, create or delete a hospital', async (t) => {
    const denied = { code: '42501' }
    const { db } = tenant
    await t.rejects(db.updateTable('hospital').set({ is_active: false }).execute(), denied)
    await t.rejects(db.updateTable('hospital').set({ name: 'x' }).execute(), denied)
    await t.rejects(
      db
        .insertInto('hospital')
        .values({ id: randomUUID(), name: 'x', slug: 'x' } as never)
        .execute(),
      denied,
    )
    await t.rejects(db.deleteFrom('hospital').execute(), denied)
  })

  const tables = ['department', 'doctor', 'doctor_absence', 'holiday'] as const
  const attacks = () => [
    tenant.db.updateTable('department').set({ name: 'x' }).where('id', '=', others.department.id),
    tenant.db.updateTable('doctor').set({ bio: 'x' }).where('id', '=', others.doctor.id),
  ]

  await t.test('the same of the clinic’s tables', async (t) => {
    for (const table of tables) {
      const rows = await tenant.db.selectFrom(table).select('hospital_id').execute()
      t.same(rows, [{ hospital_id: city.id }], table)
    }
    for (const attack of attacks()) t.equal((await attack.executeTakeFirst()).numUpdatedRows, 0n)
    for (const table of ['doctor_absence', 'holiday'] as const) {
      const { numDeletedRows } = await tenant.db
        .deleteFrom(table)
        .where('hospital_id', '=', riverside.id)
        .executeTakeFirst()
      t.equal(numDeletedRows, 0n, table)
    }
    await t.rejects(
      tenant.db
        .insertInto('holiday')
        .values({ hospital_id: riverside.id, id: randomUUID(), date: '2026-01-01', name: 'x' })
        .execute(),
      { code: '42501' },
    )
  })

  await t.test('row-level security off: the repository hides the other hospital', async (t) => {
    await sql('alter table hospital disable row level security')
    t.equal(
      (await tenant.db.selectFrom('hospital').select('id').execute()).length,
      2,
      'the wall is down',
    )
    const repository = new HospitalRepository(tenant)
    t.equal((await repository.find())?.id, city.id)
    await repository.change(() => ({ fields: { address: 'Only here' }, events: [] }))
    t.same(await sql('select id from hospital where address is not null'), [{ id: city.id }])
  })

  await t.test('row-level security off: nor do the clinic’s repositories show it', async (t) => {
    for (const table of tables) await sql(`alter table ${table} disable row level security`)
    t.equal((await tenant.db.selectFrom('doctor').select('id').execute()).length, 2, 'it is down')
    const { department, doctor, absence, holiday } = others
    const shown = [
      ...(await new DepartmentRepository(tenant).list({}, BY_NAME)),
      ...(await new DepartmentRepository(tenant).list({ q: CANARY }, BY_NAME)),
      ...(await new DoctorRepository(tenant).list({}, BY_NAME)),
      ...(await new DoctorRepository(tenant).list({ q: CANARY }, BY_NAME)),
      ...(await new HolidayRepository(tenant).list({}, { ...BY_NAME, column: 'date' })),
    ].map(({ id }) => id)
    t.same(shown, [ours.department.id, ours.doctor.id, ours.holiday.id])
    t.equal(await new DepartmentRepository(tenant).count({}), 1)
    t.equal(await new DoctorRepository(tenant).count({}), 1)
    t.match(await new DepartmentRepository(tenant).stats(), { total: 1 })
    t.match(await new DoctorStatsRepository(tenant).stats(), {
      total: 1,
      by_department: [{ department_id: ours.department.id, count: 1 }],
    })
    const references = await new DoctorReferenceRepository(tenant).list([doctor.id, ours.doctor.id])
    t.match(references, [{ id: ours.doctor.id }])
    t.equal(references.length, 1)
    t.same((await new HolidayRepository(tenant).reference())?.holidays, ['2099-12-25'])

    const change = { row: { name_sort: 'x' }, events: [] }
    t.notOk(await new DepartmentRepository(tenant).find(department.id))
    t.notOk(await new DepartmentRepository(tenant).change(department.id, () => change))
    t.notOk(await new DoctorRepository(tenant).find(doctor.id))
    t.notOk(await new DoctorRepository(tenant).change(doctor.id, () => change))
    const absences = new AbsenceRepository(tenant, doctor.id)
    t.same(await absences.list({}, { ...BY_NAME, column: 'starts_on' }), [])
    t.notOk(await absences.remove(absence.id))
    t.notOk(await new HolidayRepository(tenant).remove(holiday.id, []))
  })
})

function identityAt(hospital_id: string) {
  return {
    role: 'admin' as const,
    hospital_id,
    hospital_name: 'City',
    user_id: randomUUID(),
    username: 'city',
    session_id: randomUUID(),
    request_id: randomUUID(),
    ip: '::1',
    user_agent: null,
  }
}

function withoutRequestId(body: string): string {
  return body.replace(/"request_id":"[^"]*"/, '')
}
