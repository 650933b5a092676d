import { randomUUID } from 'node:crypto'
import { PLATFORM_HOSPITAL_ID } from '@wardstone/contracts'
import t from 'tap'
import { build, CITY, PASSWORD, RIVERSIDE } from './helper.ts'

/** What a person sends, and what puts it on record. */
type Asking = { url: string; payload: object; action: string; secret?: (answer: Answer) => string }
type Answer = { code: string; access_token: string }
type Caller = Awaited<ReturnType<Awaited<ReturnType<typeof build>>['signedIn']>>['caller']

t.test('Idempotency-Key at every POST that creates or changes something', async (t) => {
  const { sql, auditEvents, signedIn, anonymous } = await build(t)
  const ofPlatform = { hospital_id: PLATFORM_HOSPITAL_ID, role: 'platform_admin' } as const
  const empty = randomUUID()
  await sql('insert into hospital (hospital_id, slug, name) values ($1, $2, $2)', [empty, 'empty'])
  const names = { username: 'first', email: 'a@example.org', first_name: 'A', last_name: 'B' }
  const why = { reason_code: 'ETREAT', reason_text: 'as somebody has to', password: PASSWORD }

  const cases: [string, () => ReturnType<typeof signedIn>, Asking, object][] = [
    [
      'an invitation',
      () => signedIn({ role: 'admin' }),
      {
        url: '/api/invitations',
        payload: { email: 'new@example.org', role: 'nurse' },
        action: 'user.invited',
        secret: ({ code }) => code,
      },
      { email: 'other@example.org', role: 'nurse' },
    ],
    [
      'the invitation of a first administrator',
      () => signedIn(ofPlatform),
      {
        url: '/api/invitations/first-admin',
        payload: { hospital_id: empty, admin: names },
        action: 'user.invited',
        secret: ({ code }) => code,
      },
      { hospital_id: empty, admin: { ...names, last_name: 'C' } },
    ],
    [
      'a broken glass',
      () => signedIn(ofPlatform),
      {
        url: '/api/break-glass',
        payload: { ...why, hospital_id: CITY.id },
        action: 'break_glass.opened',
        secret: ({ access_token }) => access_token,
      },
      { ...why, hospital_id: RIVERSIDE.id },
    ],
    [
      'a new password',
      () => signedIn(),
      {
        url: '/api/auth/password',
        payload: { current_password: PASSWORD, new_password: `${PASSWORD}!` },
        action: 'auth.password_changed',
      },
      { current_password: PASSWORD, new_password: `${PASSWORD}?` },
    ],
    [
      'one more membership',
      () => signedIn(),
      {
        url: '/api/auth/memberships',
        payload: { hospital_id: RIVERSIDE.id },
        action: 'user.registered',
      },
      { hospital_id: empty },
    ],
  ]
  for (const [what, person, { url, payload, action, secret }, otherBody] of cases) {
    await t.test(what, async (t) => {
      const { caller } = await person()
      const key = `key of ${what}`.replaceAll(' ', '-')
      const ask = (who: Caller, body: object) =>
        who.post(url, { payload: body, headers: { 'idempotency-key': key } })
      const succeeded = async () =>
        (await auditEvents()).filter((each) => each.action === action && each.outcome === 'success')
          .length

      const before = await succeeded()
      const crowd = await Promise.all(Array.from({ length: 4 }, () => ask(caller, payload)))
      const first = crowd.find(
        ({ statusCode, headers }) => statusCode < 300 && !headers['idempotency-replayed'],
      )
      for (const { statusCode, body } of crowd.filter((each) => each.statusCode >= 300))
        t.match([statusCode, body], [409, /idempotency_in_progress/])
      const again = await ask(caller, payload)
      t.equal(again.statusCode, first?.statusCode)
      t.equal(again.body, first?.body)
      t.equal(again.headers['idempotency-replayed'], 'true')
      t.match((await auditEvents()).at(-1), { outcome: 'failure', reason: 'idempotency_replayed' })
      t.equal((await succeeded()) - before, 1, 'done once')

      const conflict = await ask(caller, otherBody)
      t.match(conflict.json(), { status: 409, code: 'idempotency_conflict' })
      t.match((await auditEvents()).at(-1), { outcome: 'failure', reason: 'idempotency_conflict' })
      t.equal((await succeeded()) - before, 1)

      const theirs = await ask((await person()).caller, payload)
      t.equal(theirs.statusCode, first?.statusCode, 'another person’s key is another key')
      t.notOk(theirs.headers['idempotency-replayed'])
      if (secret) {
        t.not(secret(theirs.json()), secret(again.json()))
        const rows = await sql<{ answer: Buffer }>('select answer from idempotent_answer')
        t.notOk(
          rows.some(({ answer }) => answer.includes(secret(again.json()))),
          'it lies sealed',
        )
      }
    })
  }

  await t.test('the answer to a registration, which anybody may send', async (t) => {
    const body = {
      ...{ username: 'newcomer', email: 'newcomer@example.org', password: PASSWORD },
      ...{ first_name: 'A', last_name: 'B', hospital_id: CITY.id },
    }
    const register = (payload: object, key = 'k') =>
      anonymous.post('/api/auth/register', { payload, headers: { 'idempotency-key': key } })
    const first = await register(body)
    const again = await register(body)
    t.equal(first.statusCode, 201)
    t.equal(again.statusCode, 201)
    t.equal(again.body, first.body)
    t.equal(again.headers['idempotency-replayed'], 'true')
    t.match((await auditEvents()).at(-1), {
      action: 'user.registered',
      outcome: 'failure',
      reason: 'idempotency_replayed',
      hospital_id: CITY.id,
    })
    for (const [what, changes, key] of [
      ['another password', { password: `${PASSWORD}!` }, 'k'],
      ['another key', {}, 'l'],
      ['another hospital', { hospital_id: RIVERSIDE.id }, 'k'],
    ] as const) {
      const stranger = await register({ ...body, ...changes }, key)
      t.match(stranger.json(), { status: 409, code: 'username_taken' }, what)
      t.notOk(stranger.headers['idempotency-replayed'])
    }
    const other = await register({ ...body, username: 'other', email: 'other@example.org' })
    t.equal(other.statusCode, 201, 'and for another body the key is free')
    const rows = await sql<{ key: string }>(
      "select key from idempotent_answer where route = 'POST /api/auth/register'",
    )
    t.equal(rows.length, 2)
    for (const { key } of rows)
      t.match(key, /^[\w-]{43}$/, 'no digest that a guess can be held against')
  })

  await t.test('what was refused is kept nowhere', async (t) => {
    const { caller } = await signedIn()
    const change = (current_password: string) =>
      caller.post('/api/auth/password', {
        payload: { current_password, new_password: `${PASSWORD}!` },
        headers: { 'idempotency-key': 'refused' },
      })
    t.equal((await change('wrong')).statusCode, 400)
    t.equal((await change(PASSWORD)).statusCode, 204)
  })

  await t.test('an answer dies after a day', async (t) => {
    const { caller } = await signedIn({ role: 'admin' })
    const invite = () =>
      caller.post('/api/invitations', {
        payload: { email: 'new@example.org', role: 'nurse' },
        headers: { 'idempotency-key': 'daily' },
      })
    const first = (await invite()).json<Answer>()
    const age = (hours: number) =>
      sql(
        `update idempotent_answer set created_at = now() - make_interval(hours => $1) where key = 'daily'`,
        [hours],
      )
    await age(23)
    t.equal((await invite()).json<Answer>().code, first.code)
    await age(24)
    const anew = await invite()
    t.equal(anew.statusCode, 201)
    t.not(anew.json<Answer>().code, first.code)
  })

  await t.test('signing in, refreshing and going on as another keep no tokens', async (t) => {
    const { caller, refresh_token, user } = await signedIn()
    const kept = async () => (await sql('select from idempotent_answer')).length
    const before = await kept()
    const headers = { 'idempotency-key': 'x' }
    const signIn = () =>
      anonymous.post('/api/auth/login', {
        payload: { username: user.username, password: PASSWORD },
        headers,
      })
    t.not(
      (await signIn()).json<Answer>().access_token,
      (await signIn()).json<Answer>().access_token,
    )
    const others = [
      anonymous.post('/api/auth/refresh', { payload: { refresh_token }, headers }),
      caller.post('/api/auth/switch', { payload: { hospital_id: CITY.id }, headers }),
    ]
    for (const { statusCode } of await Promise.all(others)) t.equal(statusCode, 200)
    t.equal((await caller.post('/api/auth/logout', { payload: {}, headers })).statusCode, 204)
    t.equal(await kept(), before)
  })
})
