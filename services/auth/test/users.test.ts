import { randomUUID } from 'node:crypto'
import { PLATFORM_HOSPITAL_ID } from '@wardstone/contracts'
import t from 'tap'
import { build, CITY, RIVERSIDE } from './helper.ts'

/** Names of the other hospital's people: they must be in no answer. */
const CANARY = 'canary'

t.test('GET /api/users', async (t) => {
  const { signedIn, somebody, sql, auditEvents, join } = await build(t)
  const admin = await signedIn({ role: 'admin', username: 'a.admin' })
  const person = async (username: string, first: string, last: string, who: object = {}) => {
    const { id } = await somebody({ username, ...who })
    await sql(
      'update account set first_name = $2, last_name = $3, email = $4, email_folded = $4 where id = $1',
      [id, first, last, `${username}@mail.example`],
    )
    return id
  }
  const zoe = await person('zking', 'Zoë', 'King', { role: 'nurse' })
  const waiting = await person('percent_100', 'Per', '100%', { role: 'staff', status: 'pending' })
  await person('disabled.doc', 'Dora', 'Kingsley', { status: 'disabled' })
  const theirs = await person(CANARY, CANARY, CANARY, { hospital_id: RIVERSIDE.id })
  const get = async (query = '') => (await admin.caller.get(`/api/users${query}`)).json()
  const names = async (query: string) =>
    (await get(query)).results.map(({ username }: { username: string }) => username).sort()

  await t.test('lists the members of the caller’s hospital, on record', async (t) => {
    const answer = await admin.caller.get('/api/users')
    t.equal(answer.statusCode, 200)
    const { results, next_cursor } = answer.json()
    t.same([results.length, next_cursor], [4, null])
    const { created_at, updated_at, ...member } = results.find((r: { id: string }) => r.id === zoe)
    t.same(member, {
      id: zoe,
      username: 'zking',
      email: 'zking@mail.example',
      first_name: 'Zoë',
      last_name: 'King',
      phone: null,
      role: 'nurse',
      status: 'active',
      hospital_id: CITY.id,
      version: 1,
    })
    t.match([created_at, updated_at], [/Z$/, /Z$/])
    t.notMatch(answer.body, /password|argon2/)
    t.notMatch(answer.body, new RegExp(CANARY))
    t.match((await auditEvents()).at(-1), { action: 'user.listed', hospital_id: CITY.id })
  })

  await t.test('filters by status and role', async (t) => {
    t.same(await names('?status=pending'), ['percent_100'])
    t.same(await names('?role=doctor&status=disabled'), ['disabled.doc'])
    t.same(await names('?role=admin'), ['a.admin'])
  })

  for (const [search, found] of [
    ['king', ['disabled.doc', 'zking']],
    ['king zo', ['zking']],
    ['ZOË', ['zking']],
    ['zking@mail', ['zking']],
    ['0%', ['percent_100']],
    ['_1', ['percent_100']],
    ['%%', []],
    ['\\\\', []],
    [CANARY, []],
  ] as const) {
    await t.test(`searches “${search}”`, async (t) => {
      t.same(await names(`?search=${encodeURIComponent(search)}`), found)
    })
  }

  await t.test('pages in either order, each member once', async (t) => {
    for (const ordering of ['created_at', '-created_at', 'username', '-username']) {
      const seen: string[] = []
      let cursor: string | null = ''
      while (cursor !== null) {
        const more = cursor && `&cursor=${cursor}`
        const page = await get(`?limit=1&count=true&ordering=${ordering}${more}`)
        t.equal(page.count, 4)
        seen.push(...page.results.map(({ username }: { username: string }) => username))
        cursor = page.next_cursor
      }
      t.equal(new Set(seen).size, 4, ordering)
      if (ordering === 'username') t.same(seen, seen.toSorted())
    }
    const answer = await admin.caller.get('/api/users?limit=1')
    t.match(answer.headers.link, /^<\/api\/users\?limit=1&cursor=.*>; rel="next"$/)
    const searched = await admin.caller.get('/api/users?limit=1&search=king')
    t.equal(searched.headers.link, undefined, 'no URL of ours says whom somebody looked for')
    t.ok(searched.json().next_cursor)
  })

  await t.test('refuses a cursor of another list or another hospital', async (t) => {
    const { next_cursor } = await get('?limit=1')
    const other = await signedIn({ role: 'admin', hospital_id: RIVERSIDE.id })
    for (const answer of [
      await admin.caller.get(`/api/users?limit=1&role=nurse&cursor=${next_cursor}`),
      await other.caller.get(`/api/users?limit=1&cursor=${next_cursor}`),
    ]) {
      t.equal(answer.statusCode, 400)
      t.match(answer.json(), { errors: [{ pointer: '/cursor' }] })
    }
  })

  for (const query of [
    'search=a',
    'search=%20%20%20',
    'status=gone',
    'role=platform_admin',
    'x=1',
  ]) {
    await t.test(`refuses ?${query}`, async (t) => {
      const answer = await admin.caller.get(`/api/users?${query}`)
      t.equal(answer.statusCode, 400)
      t.match(answer.json(), { code: 'validation_failed' })
    })
  }

  await t.test('GET /api/users/{id} gives one, on record', async (t) => {
    const answer = await admin.caller.get(`/api/users/${waiting}`)
    t.equal(answer.statusCode, 200)
    t.match(answer.json(), { id: waiting, status: 'pending', role: 'staff', version: 1 })
    t.equal(answer.headers.etag, '"1"')
    const event = { action: 'user.read', outcome: 'success', entity: { type: 'user', id: waiting } }
    t.match((await auditEvents()).at(-1), event)
  })

  await t.test('another hospital’s member is nobody, byte for byte, on record', async (t) => {
    const nobody = randomUUID()
    const bodies = []
    for (const id of [theirs, nobody]) {
      const answer = await admin.caller.get(`/api/users/${id}`)
      t.equal(answer.statusCode, 404)
      const { request_id: _, ...body } = answer.json()
      bodies.push(body)
      t.match((await auditEvents()).at(-1), {
        action: 'user.read',
        outcome: 'failure',
        reason: 'not_found',
        hospital_id: CITY.id,
      })
    }
    t.same(bodies[0], bodies[1])
  })

  await t.test('of somebody in two hospitals each sees its own membership only', async (t) => {
    await join(theirs, { role: 'nurse', status: 'pending' })
    const ours = (await admin.caller.get(`/api/users/${theirs}`)).json()
    t.match(ours, { role: 'nurse', status: 'pending', hospital_id: CITY.id })
    const other = await signedIn({ role: 'admin', hospital_id: RIVERSIDE.id })
    const seen = (await other.caller.get(`/api/users/${theirs}`)).json()
    t.match(seen, { role: 'doctor', status: 'active', hospital_id: RIVERSIDE.id })
  })

  await t.test('is for administrators only, and not for the platform', async (t) => {
    for (const role of ['doctor', 'nurse', 'receptionist', 'staff'] as const) {
      const { caller } = await signedIn({ role })
      t.equal((await caller.get('/api/users')).statusCode, 403)
      t.equal((await caller.get(`/api/users/${zoe}`)).statusCode, 403)
    }
    t.match((await auditEvents()).at(-1), { action: 'access.denied', reason: 'lacks user.manage' })
    const platform = await signedIn({ role: 'platform_admin', hospital_id: PLATFORM_HOSPITAL_ID })
    const answer = await platform.caller.get('/api/users')
    t.match(answer.json(), { status: 403, code: 'no_hospital_context' })
  })
})
