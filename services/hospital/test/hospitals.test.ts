import { randomUUID } from 'node:crypto'
import { Value } from '@sinclair/typebox/value'
import { HospitalEventSchema } from '@wardstone/contracts'
import t from 'tap'
import { ADMIN, build, creation } from './helper.ts'

const json = { 'content-type': 'application/merge-patch+json' }

t.test('GET /api/hospitals', async (t) => {
  const { as, platform } = await build(t)
  const create = (payload: object) => platform.post('/api/hospitals', creation(payload))
  for (const name of ['Delta', 'Alpha', 'Charlie', 'Bravo', 'Echo']) await create({ name })
  await create({ name: 'Hidden', is_listed: false })
  await create({ name: 'Closed', is_active: false })
  const anybody = as({ role: 'anonymous' })

  t.test('shows active and listed hospitals to anybody, by name', async (t) => {
    const response = await anybody.get('/api/hospitals?count=true')
    t.equal(response.statusCode, 200)
    const { results, next_cursor, count } = response.json()
    t.same(
      results.map(({ name }: { name: string }) => name),
      ['Alpha', 'Bravo', 'Charlie', 'Delta', 'Echo'],
    )
    t.same(Object.keys(results[0]), ['id', 'slug', 'name'])
    t.equal(next_cursor, null)
    t.equal(count, 5)
  })

  t.test('goes on from page to page', async (t) => {
    const names: string[] = []
    let url = '/api/hospitals?limit=2'
    for (let pages = 1; ; pages += 1) {
      const response = await anybody.get(url)
      names.push(...response.json().results.map(({ name }: { name: string }) => name))
      const next = /<(.*)>; rel="next"/.exec(String(response.headers.link))?.[1]
      if (next === undefined) {
        t.equal(pages, 3)
        break
      }
      url = next
    }
    t.same(names, ['Alpha', 'Bravo', 'Charlie', 'Delta', 'Echo'])
  })

  t.test('refuses what it does not know', async (t) => {
    for (const query of [
      'limit=0',
      'limit=101',
      'limit=2.5',
      'limit=0x10',
      'name=A',
      'cursor=bm9uZQ.bm9uZQ',
      'count=1',
    ]) {
      t.equal((await anybody.get(`/api/hospitals?${query}`)).statusCode, 400, query)
    }
  })
})

t.test('POST /api/hospitals', async (t) => {
  const { platform, outbox, auditEvents, domainEvents, as } = await build(t)

  t.test('creates a hospital and tells of it', async (t) => {
    const response = await platform.post(
      '/api/hospitals',
      creation({ name: "St. Mary's Clinic", time_zone: 'Asia/Kolkata', locale: 'en-IN' }),
    )
    t.equal(response.statusCode, 201)
    const hospital = response.json()
    t.match(hospital, {
      slug: 'st_marys_clinic',
      name: "St. Mary's Clinic",
      address: null,
      phone: null,
      email: null,
      subscription_plan: 'basic',
      is_active: true,
      is_listed: true,
      time_zone: 'Asia/Kolkata',
      locale: 'en-IN',
      version: 1,
    })
    t.notOk('suspended_at' in hospital)
    t.equal(response.headers.location, `/api/hospitals/${hospital.id}`)
    t.equal(response.headers.etag, '"1"')
    const [audit] = await auditEvents()
    t.match(audit, {
      action: 'hospital.created',
      outcome: 'success',
      hospital_id: hospital.id,
      actor: { role: 'platform_admin' },
      entity: { type: 'hospital', id: hospital.id },
    })
    const [{ subject, ...event }] = (await domainEvents()) as [
      Awaited<ReturnType<typeof domainEvents>>[0],
    ]
    t.equal(subject, `domain.${hospital.id}.hospital.hospital.created`)
    t.ok(Value.Check(HospitalEventSchema, event))
    t.match(event, {
      id: hospital.id,
      slug: 'st_marys_clinic',
      name: "St. Mary's Clinic",
      is_active: true,
      version: 1,
    })
  })

  t.test('makes slugs that can be read and typed', async (t) => {
    const slugs = {
      'City General Hospital': 'city_general_hospital',
      'Universitätsklinikum Gießen & Marburg': 'universitatsklinikum_giessen_marburg',
      'Hôpital  de la Pitié-Salpêtrière ': 'hopital_de_la_pitie_salpetriere',
      'Szpital nr 3 w Łodzi': 'szpital_nr_3_w_lodzi',
      'ＮＴＴ病院 ②': 'ntt_2',
    }
    for (const [name, slug] of Object.entries(slugs)) {
      t.equal((await platform.post('/api/hospitals', creation({ name }))).json().slug, slug)
    }
  })

  t.test('asks for a slug when the name gives none', async (t) => {
    const response = await platform.post('/api/hospitals', creation({ name: '東京病院' }))
    t.equal(response.statusCode, 400)
    t.match(response.json(), { code: 'validation_failed', errors: [{ pointer: '/slug' }] })
    const given = await platform.post(
      '/api/hospitals',
      creation({ name: '東京病院', slug: 'tokyo_byoin' }),
    )
    t.equal(given.statusCode, 201)
  })

  t.test('names the field that another hospital has', async (t) => {
    await platform.post('/api/hospitals', creation({ name: 'North Hill' }))
    const before = (await outbox()).length
    const name = await platform.post(
      '/api/hospitals',
      creation({ name: 'North Hill', slug: 'other' }),
    )
    t.equal(name.statusCode, 409)
    t.match(name.json(), { code: 'hospital_exists', errors: [{ pointer: '/name' }] })
    const slug = await platform.post('/api/hospitals', creation({ name: 'North-Hill' }))
    t.match(slug.json(), { status: 409, code: 'hospital_exists', errors: [{ pointer: '/slug' }] })
    const added = (await outbox()).slice(before)
    t.same(
      added.map(({ subject }) => subject),
      Array(2).fill('audit.platform.hospital.hospital.created'),
    )
    t.match(JSON.parse(added[0]?.payload ?? ''), {
      events: [{ outcome: 'failure', reason: 'hospital_exists' }],
    })
  })

  t.test('refuses wrong values and unknown fields', async (t) => {
    const wrong = [
      {},
      { name: '' },
      { name: ' ' },
      { name: 'a'.repeat(256) },
      { name: 5 },
      { name: 'X', slug: 'Not A Slug' },
      { name: 'X', slug: '_x' },
      { name: 'X', phone: 'call me' },
      { name: 'X', email: 'nobody' },
      { name: 'X', subscription_plan: 'gold' },
      { name: 'X', is_active: 'true' },
      { name: 'X', is_active: null },
      { name: 'X', time_zone: 'Mars/Olympus' },
      { name: 'X', time_zone: '+02:00' },
      { name: 'X', locale: 'e' },
      { name: 'X', locale: 'en-a' },
      { name: 'X', id: randomUUID() },
      { name: 'X', version: 1 },
      { name: 'X', hospital_id: randomUUID() },
      { name: 'X\u0000' },
      { name: 'X', admin: undefined },
      { name: 'X', admin: { ...ADMIN, role: 'platform_admin' } },
      { name: 'X', admin: { ...ADMIN, username: 'a b' } },
      { name: 'X', admin: { ...ADMIN, email: 'nobody' } },
      { name: 'X', admin: { ...ADMIN, last_name: ' ' } },
      { name: 'X', invitation_code: 'mine' },
      { name: 'X\ud800' },
    ]
    for (const payload of wrong) {
      const response = await platform.post('/api/hospitals', creation(payload))
      t.equal(response.statusCode, 400, JSON.stringify(payload))
      t.equal(response.json().code, 'validation_failed')
    }
  })

  t.test('is for platform administrators', async (t) => {
    for (const role of [
      'admin',
      'doctor',
      'nurse',
      'receptionist',
      'staff',
      'anonymous',
      'system',
    ] as const) {
      const response = await as({ role }).post('/api/hospitals', creation({ name: 'Mine' }))
      t.equal(response.statusCode, 403, role)
    }
  })
})

t.test('PATCH /api/hospitals/:id', async (t) => {
  const { platform, hospital, admin, as, auditEvents, domainEvents, outbox, sql } = await build(t)

  t.test('an admin changes what is theirs', async (t) => {
    const mine = await hospital()
    const payload = {
      address: '1 Main Street',
      phone: '+1 555 010 0200',
      email: 'desk@example.org',
      time_zone: 'Europe/Berlin',
      locale: 'de-DE',
      is_listed: false,
    }
    const response = await admin(mine).patch(`/api/hospitals/${mine.id}`, {
      payload,
      headers: json,
    })
    t.equal(response.statusCode, 200)
    t.match(response.json(), { ...payload, version: 2 })
    t.equal(response.headers.etag, '"2"')
    t.match((await auditEvents()).at(-1), {
      action: 'hospital.updated',
      hospital_id: mine.id,
      changed_fields: Object.keys(payload),
    })
    t.match((await domainEvents()).at(-1), {
      subject: `domain.${mine.id}.hospital.hospital.updated`,
      version: 2,
      is_listed: false,
    })
    const emptied = await admin(mine).patch(`/api/hospitals/${mine.id}`, {
      payload: { phone: null },
    })
    t.match(emptied.json(), { phone: null, address: '1 Main Street', version: 3 })
  })

  t.test('an admin does not change what is the platform’s', async (t) => {
    const mine = await hospital()
    for (const payload of [
      { name: 'Mine' },
      { slug: 'mine' },
      { subscription_plan: 'enterprise' },
      { is_active: false },
      { address: 'x', is_active: true },
    ]) {
      const response = await admin(mine).patch(`/api/hospitals/${mine.id}`, { payload })
      t.equal(response.statusCode, 403, JSON.stringify(payload))
      t.equal(response.json().code, 'forbidden')
    }
    t.match((await auditEvents()).at(-1), {
      action: 'access.denied',
      outcome: 'denied',
      hospital_id: mine.id,
      changed_fields: ['is_active'],
    })
    t.match((await platform.get(`/api/hospitals/${mine.id}`)).json(), { version: 1 })
  })

  t.test('other roles change nothing', async (t) => {
    const mine = await hospital()
    for (const role of ['doctor', 'nurse', 'receptionist', 'staff'] as const) {
      const response = await as({ role, hospital_id: mine.id }).patch(`/api/hospitals/${mine.id}`, {
        payload: { address: 'x' },
      })
      t.equal(response.statusCode, 403, role)
    }
  })

  t.test('suspending and reactivating are told as such', async (t) => {
    const { id } = await hospital()
    const suspend = await platform.patch(`/api/hospitals/${id}`, { payload: { is_active: false } })
    t.match(suspend.json(), { is_active: false, version: 2 })
    t.match((await auditEvents()).at(-1), { action: 'hospital.suspended', hospital_id: id })
    t.match((await domainEvents()).at(-1), {
      subject: `domain.${id}.hospital.hospital.suspended`,
      is_active: false,
      version: 2,
    })
    const suspensions = async () =>
      (await as({ role: 'system' }).get('/internal/suspensions')).json().suspended
    t.match(await suspensions(), [{ hospital_id: id, suspended_at: /^\d{4}-.*Z$/ }])

    const reactivate = await platform.patch(`/api/hospitals/${id}`, {
      payload: { is_active: true, name: `Again ${id}` },
    })
    t.match(reactivate.json(), { is_active: true, version: 3 })
    t.match((await auditEvents()).at(-1), {
      action: 'hospital.reactivated',
      changed_fields: ['is_active', 'name'],
    })
    t.match((await domainEvents()).at(-1), {
      subject: `domain.${id}.hospital.hospital.reactivated`,
      name: `Again ${id}`,
    })
    t.same(await suspensions(), [])
  })

  t.test('a patch that changes nothing is no change', async (t) => {
    const { id, name } = await hospital()
    const before = (await outbox()).length
    t.match(
      (await platform.patch(`/api/hospitals/${id}`, { payload: { name, is_active: true } })).json(),
      { version: 1 },
    )
    t.equal((await outbox()).length, before)
  })

  t.test('a stale version is refused', async (t) => {
    const { id } = await hospital()
    const patch = (payload: object, headers = {}) =>
      platform.patch(`/api/hospitals/${id}`, { payload, headers })
    t.equal((await patch({ address: 'a' }, { 'if-match': '"1"' })).statusCode, 200)
    const stale = await patch({ address: 'b' }, { 'if-match': '"1"' })
    t.match(stale.json(), { status: 412, code: 'stale', version: 2 })
    t.match((await auditEvents()).at(-1), {
      action: 'hospital.updated',
      outcome: 'failure',
      reason: 'stale',
      hospital_id: id,
    })
    t.equal((await patch({ address: 'b', version: 1 })).statusCode, 412)
    t.equal((await patch({ address: 'b' }, { 'if-match': 'W/"2"' })).statusCode, 412)
    t.equal((await patch({ address: 'b', version: 2 })).statusCode, 200)
    t.equal((await patch({ address: 'c' }, { 'if-match': '*' })).statusCode, 200)
  })

  t.test('changes that come together are all made, one after the other', async (t) => {
    const { id } = await hospital()
    const answers = await Promise.all(
      Array.from({ length: 12 }, (_, index) =>
        platform.patch(`/api/hospitals/${id}`, { payload: { address: `House ${index}` } }),
      ),
    )
    t.same(
      answers.map(({ statusCode }) => statusCode),
      Array(12).fill(200),
    )
    const versions = (await domainEvents())
      .filter((event) => event.id === id)
      .map(({ version }) => version)
    t.same(
      versions.sort((a, b) => a - b),
      Array.from({ length: 13 }, (_, index) => index + 1),
    )
  })

  t.test('a taken name is a conflict and changes nothing', async (t) => {
    const taken = await hospital()
    const { id } = await hospital()
    const response = await platform.patch(`/api/hospitals/${id}`, {
      payload: { name: taken.name, address: 'x' },
    })
    t.match(response.json(), {
      status: 409,
      code: 'hospital_exists',
      errors: [{ pointer: '/name' }],
    })
    t.same(await sql('select address, version from hospital where id = $1', [id]), [
      { address: null, version: 1 },
    ])
  })

  t.test('refuses what a patch cannot be', async (t) => {
    const { id } = await hospital()
    for (const payload of [
      {},
      { name: null },
      { time_zone: null },
      { is_active: 1 },
      { suspended_at: null },
      { time_zone: 'Nowhere' },
    ]) {
      t.equal(
        (await platform.patch(`/api/hospitals/${id}`, { payload })).statusCode,
        400,
        JSON.stringify(payload),
      )
    }
    t.equal(
      (await platform.patch(`/api/hospitals/${randomUUID()}`, { payload: { address: 'x' } }))
        .statusCode,
      404,
    )
  })
})

t.test('GET /internal/suspensions is for the gateway itself', async (t) => {
  const { as } = await build(t)
  for (const role of ['platform_admin', 'admin', 'staff', 'anonymous'] as const) {
    t.equal((await as({ role }).get('/internal/suspensions')).statusCode, 403, role)
  }
})
