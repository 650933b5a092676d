import t from 'tap'
import { build, CITY, newcomer, RIVERSIDE } from './helper.ts'

t.test('GET /api/patients', async (t) => {
  const { as, auditEvents, sql } = await build(t)
  const admin = as({ role: 'admin' })
  const names = ['Zoë', 'Álvaro', 'bela', 'Chen', 'Đurđa', 'émile', 'Fatima']
  for (const [index, last_name] of names.entries()) {
    await admin.post('/api/patients', {
      payload: newcomer({
        last_name,
        gender: index % 2 ? 'male' : 'female',
        blood_group: index % 3 ? 'A+' : null,
        date_of_birth: `19${70 + index}-01-01`,
      }),
    })
  }
  const lastNames = (page: { results: { last_name: string }[] }) =>
    page.results.map((patient) => patient.last_name)
  const walk = async (url: string) => {
    const seen: string[] = []
    for (let next: string | null = url; next; ) {
      const answer = await admin.get(next)
      t.equal(answer.statusCode, 200)
      seen.push(...lastNames(answer.json()))
      const cursor: string | null = answer.json().next_cursor
      t.equal(answer.headers.link !== undefined, cursor !== null)
      next = cursor && `${url}&cursor=${cursor}`
    }
    return seen
  }

  await t.test('newest first, page by page, each once', async (t) => {
    t.same(await walk('/api/patients?limit=2'), [...names].reverse())
  })

  await t.test(
    'patients of the same millisecond are neither lost nor doubled between pages',
    async (t) => {
      await sql(`update patient set created_at = '2026-01-01T00:00:00.123Z'`)
      t.same((await walk('/api/patients?limit=2')).sort(), [...names].sort())
      t.same((await walk('/api/patients?limit=3&ordering=created_at')).sort(), [...names].sort())
    },
  )

  await t.test('by name without case and accents, by date of birth, both ways', async (t) => {
    const byName = ['Álvaro', 'bela', 'Chen', 'Đurđa', 'émile', 'Fatima', 'Zoë']
    t.same(await walk('/api/patients?limit=3&ordering=name'), byName)
    t.same(await walk('/api/patients?limit=3&ordering=-name'), [...byName].reverse())
    t.same(await walk('/api/patients?limit=4&ordering=-date_of_birth'), [...names].reverse())
  })

  await t.test('filters, and counts where it is asked to', async (t) => {
    const page = (await admin.get('/api/patients?gender=male&blood_group=A%2B&count=true')).json()
    t.same(lastNames(page).sort(), ['Álvaro', 'émile'].sort())
    t.equal(page.count, 2)
    t.notOk('count' in (await admin.get('/api/patients')).json())
    t.equal((await admin.get('/api/patients?is_active=false')).json().results.length, 0)
    t.equal(
      (await admin.get('/api/patients?created_after=2999-01-01T00:00:00Z')).json().results.length,
      0,
    )
  })

  await t.test('refuses what it does not know', async (t) => {
    for (const query of [
      'limit=0',
      'limit=101',
      'limit=0x10',
      'limit=',
      'page=2',
      'ordering=phone',
      'limit=1&limit=2',
      'created_after=yesterday',
      'created_after=0000-01-01T00:00:00Z',
      'created_after=2020-01-01T00:00:00%2B23:59',
      'created_before=2020-01-01T00:00:00-20:00',
      'created_after=2020-01-01t00:00:00z',
      'count=1',
      'gender=',
    ]) {
      t.equal((await admin.get(`/api/patients?${query}`)).statusCode, 400, query)
    }
  })

  await t.test(
    'a cursor is of one hospital, one list and its filters, and unforgeable',
    async (t) => {
      const { next_cursor } = (await admin.get('/api/patients?limit=2')).json()
      const other = as({ role: 'admin', ...RIVERSIDE })
      const tampered = `${next_cursor.slice(0, -1)}${next_cursor.endsWith('A') ? 'B' : 'A'}`
      for (const answer of [
        await other.get(`/api/patients?limit=2&cursor=${next_cursor}`),
        await admin.get(`/api/patients?gender=male&cursor=${next_cursor}`),
        await admin.get(`/api/patients?ordering=name&cursor=${next_cursor}`),
        await admin.get(`/api/patients/search?q=ok&cursor=${next_cursor}`),
        await admin.get(`/api/patients?cursor=${tampered}`),
        await admin.get('/api/patients?cursor=x'),
      ]) {
        t.equal(answer.statusCode, 400)
        t.match(answer.json(), { errors: [{ pointer: '/cursor' }] })
      }
    },
  )

  await t.test('says in the audit which patients were shown', async (t) => {
    const page = (await admin.get('/api/patients?limit=3')).json()
    const event = (await auditEvents()).at(-1)
    t.equal(event?.action, 'patient.listed')
    t.same(
      event?.patient_ids,
      page.results.map(({ id }: { id: string }) => id),
    )
    t.equal(event?.hospital_id, CITY.hospital_id)
  })
})

t.test('GET /api/patients/stats', async (t) => {
  const { as, sql } = await build(t)
  const admin = as({ role: 'admin' })
  const year = new Date().getUTCFullYear()
  const born = (age: number) => `${year - age - 1}-01-01`
  await admin.post('/api/patients', {
    payload: newcomer({ gender: 'male', blood_group: 'O-', date_of_birth: born(5) }),
  })
  await admin.post('/api/patients', {
    payload: newcomer({ gender: 'female', date_of_birth: born(40) }),
  })
  const { id } = (
    await admin.post('/api/patients', { payload: newcomer({ date_of_birth: born(80) }) })
  ).json()

  await t.test('right at once after each write', async (t) => {
    t.match((await admin.get('/api/patients/stats')).json(), { total: 3, active: 3, inactive: 0 })
    await admin.delete(`/api/patients/${id}`)
    const stats = (await admin.get('/api/patients/stats')).json()
    t.match(stats, {
      total: 3,
      active: 2,
      inactive: 1,
      by_gender: { male: 1, female: 1, other: 0, unknown: 1 },
      by_blood_group: { 'O-': 1, 'A+': 0, unknown: 2 },
      by_age_group: { '0-17': 1, '18-34': 0, '35-49': 1, '65+': 1 },
      registered_last_30_days: 3,
    })
    t.equal(stats.registered_by_month.length, 12)
    t.match(stats.registered_by_month.at(-1), {
      month: new Date().toISOString().slice(0, 7),
      count: 3,
    })
  })

  await t.test('old registrations are in no recent count', async (t) => {
    await sql(`update patient set created_at = now() - interval '3 years'`)
    const stats = (await admin.get('/api/patients/stats')).json()
    t.equal(stats.registered_last_30_days, 0)
    t.ok(stats.registered_by_month.every(({ count }: { count: number }) => count === 0))
  })

  await t.test('an empty hospital has zeros', async (t) => {
    t.match((await as({ role: 'admin', ...RIVERSIDE }).get('/api/patients/stats')).json(), {
      total: 0,
      by_gender: { male: 0 },
      by_blood_group: { unknown: 0 },
    })
  })
})
