import { randomUUID } from 'node:crypto'
import { PLATFORM_HOSPITAL_ID } from '@wardstone/contracts'
import t from 'tap'
import type { SignedIn } from '../src/sessions/schemas.ts'
import { decide } from '../src/users/rules.ts'
import { build, CITY, claimsOf, RIVERSIDE } from './helper.ts'

const activeAdmins = `select account_id from membership
  where hospital_id = $1 and role = 'admin' and status = 'active'`

t.test('PATCH /api/users/{id}', async (t) => {
  const service = await build(t)
  const { signedIn, somebody, login, refresh, sql, auditEvents, domainEvents, as } = service
  const admin = await signedIn({ role: 'admin' })
  const patch = (id: string, payload: object, headers: Record<string, string> = {}) =>
    admin.caller.patch(`/api/users/${id}`, { payload, headers })
  const events = async () => [await auditEvents(), await domainEvents()].map((all) => all.length)

  await t.test('approves a pending user, who can then sign in', async (t) => {
    const { id, username, password } = await somebody({ role: 'staff', status: 'pending' })
    t.equal((await login({ username, password })).statusCode, 403)
    const answer = await patch(id, { status: 'active' })
    t.equal(answer.statusCode, 200)
    t.match(answer.json(), { id, status: 'active', role: 'staff', version: 2 })
    t.equal(answer.headers.etag, '"2"')
    t.equal((await login({ username, password })).statusCode, 200)
    t.match((await auditEvents()).at(-2), {
      action: 'user.updated',
      outcome: 'success',
      hospital_id: CITY.id,
      actor: { id: admin.user.id },
      entity: { type: 'user', id },
      changed_fields: ['status'],
    })
  })

  await t.test(
    'another role: tokens that say the old one are refused, the session goes on',
    async (t) => {
      const member = await signedIn({ role: 'nurse' })
      const answer = await patch(member.user.id, { role: 'doctor' })
      t.match(answer.json(), { role: 'doctor', version: 2 })
      t.match((await auditEvents()).at(-1), { action: 'user.updated', changed_fields: ['role'] })
      const changed = { account_id: member.user.id, hospital_id: CITY.id, version: 2 }
      const event = (await domainEvents()).at(-1)
      t.match(event, changed)
      t.ok(Date.parse(event.expires_at) > member.claims.exp * 1000, 'until the token is over')
      const { revocations } = (await as({ role: 'system' }).get('/internal/revocations')).json()
      const entry = { kind: 'membership', id: member.user.id, hospital_id: CITY.id, version: 2 }
      t.match(
        revocations.find(({ id }: { id: string }) => id === member.user.id),
        entry,
      )

      const next = await refresh(member.refresh_token)
      t.equal(next.statusCode, 200)
      const { access_token, user } = next.json<SignedIn>()
      t.equal(user.role, 'doctor')
      t.match(claimsOf(access_token), { role: 'doctor', membership_version: 2 })
    },
  )

  await t.test('disabled: every session here ends at once, those elsewhere go on', async (t) => {
    const { id, username, password } = await somebody({ role: 'nurse' })
    await service.join(id, { hospital_id: RIVERSIDE.id, role: 'nurse' })
    const enter = async (hospital_id: string) =>
      (await login({ username, password, hospital_id })).json<SignedIn>()
    const [one, two] = [await enter(CITY.id), await enter(CITY.id)]
    const elsewhere = await enter(RIVERSIDE.id)
    const answer = await patch(id, { status: 'disabled', role: 'staff' })
    t.match(answer.json(), { status: 'disabled', role: 'staff', version: 2 })
    t.match((await auditEvents()).at(-1), { changed_fields: ['role', 'status'] })

    for (const { refresh_token } of [one, two]) {
      const refused = await refresh(refresh_token)
      t.match(refused.json(), { status: 403, code: 'account_disabled' })
    }
    t.equal((await refresh(elsewhere.refresh_token)).statusCode, 200)
    const sids = [one, two].map(({ access_token }) => claimsOf(access_token).session_id)
    const told = (await domainEvents()).slice(-2)
    t.same(told.map(({ session_id }) => session_id).sort(), sids.toSorted())
    const sessions = await sql('select end_reason from session where id = any($1)', [sids])
    t.same(sessions, [{ end_reason: 'member_disabled' }, { end_reason: 'member_disabled' }])
    const revoked = await sql("select from revocation where kind = 'session' and id = any($1)", [
      sids,
    ])
    t.equal(revoked.length, 2)

    await t.test('and come not back with the member', async (t) => {
      t.match((await patch(id, { status: 'active' })).json(), { status: 'active', version: 3 })
      t.equal((await refresh(one.refresh_token)).statusCode, 401)
      const [row] = await sql(
        "select version from revocation where kind = 'membership' and id = $1",
        [id],
      )
      t.same(row, { version: 3 })
      t.equal((await login({ username, password, hospital_id: CITY.id })).statusCode, 200)
    })
  })

  await t.test('what changes nothing is no change, but a read of the member', async (t) => {
    const { id } = await somebody({ role: 'nurse' })
    const before = await events()
    for (const body of [{ role: 'nurse' }, { status: 'active' }, { role: 'nurse', version: 1 }]) {
      const answer = await patch(id, body)
      t.equal(answer.statusCode, 200)
      t.match(answer.json(), { role: 'nurse', status: 'active', version: 1 })
    }
    const [audit = 0, domain] = before
    t.same(await events(), [audit + 3, domain])
    for (const event of (await auditEvents()).slice(-3))
      t.match(event, { action: 'user.read', outcome: 'success', entity: { type: 'user', id } })
  })

  await t.test('defect 24: a change made for an older version is refused, on record', async (t) => {
    const { id } = await somebody({ role: 'nurse' })
    await patch(id, { role: 'staff' }, { 'if-match': '"1"' })
    for (const answer of [
      await patch(id, { role: 'doctor' }, { 'if-match': '"1"' }),
      await patch(id, { role: 'doctor', version: 1 }),
    ]) {
      t.match(answer.json(), { status: 412, code: 'stale', version: 2 })
      t.match((await auditEvents()).at(-1), {
        action: 'user.updated',
        outcome: 'failure',
        reason: 'stale',
      })
    }
    t.equal((await patch(id, { role: 'doctor' }, { 'if-match': '*' })).statusCode, 200)
  })

  for (const [what, payload, pointer] of [
    ['the platform’s role', { role: 'platform_admin' }, '/role'],
    ['back to pending', { status: 'pending' }, '/status'],
    ['a password', { role: 'nurse', password_hash: 'x' }, '/password_hash'],
    ['the account', { role: 'nurse', username: 'x' }, '/username'],
    ['nothing', {}, ''],
  ] as const) {
    await t.test(`refuses ${what}`, async (t) => {
      const { id } = await somebody({ role: 'staff' })
      const answer = await patch(id, payload)
      t.equal(answer.statusCode, 400)
      t.match(answer.json(), { code: 'validation_failed', errors: [{ pointer }] })
    })
  }

  await t.test('another hospital’s user is nobody, byte for byte, on record', async (t) => {
    const theirs = await somebody({ hospital_id: RIVERSIDE.id, role: 'nurse' })
    const platform = await somebody({ hospital_id: PLATFORM_HOSPITAL_ID, role: 'platform_admin' })
    const bodies = []
    for (const id of [theirs.id, platform.id, randomUUID()]) {
      const answer = await patch(id, { role: 'staff' }, { 'if-match': '"7"' })
      t.equal(answer.statusCode, 404)
      const { request_id: _, ...body } = answer.json()
      bodies.push(JSON.stringify(body))
      const event = { action: 'user.updated', outcome: 'failure', reason: 'not_found' }
      t.match((await auditEvents()).at(-1), event)
    }
    t.equal(new Set(bodies).size, 1)
    const [row] = await sql('select role, version from membership where account_id = $1', [
      theirs.id,
    ])
    t.same(row, { role: 'nurse', version: 1 })
  })

  await t.test('the last administrator stays', async (t) => {
    const [mine] = await sql<{ version: number }>(
      'select version from membership where account_id = $1',
      [admin.user.id],
    )
    await somebody({ role: 'admin', status: 'disabled' })
    await somebody({ role: 'admin', hospital_id: RIVERSIDE.id })
    const before = await events()
    for (const body of [{ role: 'doctor' }, { status: 'disabled' }]) {
      const answer = await patch(admin.user.id, body)
      t.match(answer.json(), { status: 409, code: 'last_admin', detail: /make somebody else/ })
      t.match((await auditEvents()).at(-1), { action: 'user.updated', reason: 'last_admin' })
    }
    t.equal((await domainEvents()).length, before[1])
    t.equal((await patch(admin.user.id, { role: 'admin' })).json().version, mine?.version)
  })
})

t.test(
  'who was demoted a moment ago changes nobody, though the token still says admin',
  async (t) => {
    const { signedIn, somebody, auditEvents, sql } = await build(t)
    const [boss, former] = [await signedIn({ role: 'admin' }), await signedIn({ role: 'admin' })]
    await boss.caller.patch(`/api/users/${former.user.id}`, { payload: { role: 'doctor' } })
    const { id } = await somebody({ role: 'nurse' })
    for (const [whom, payload] of [
      [former.user.id, { role: 'admin' }],
      [id, { status: 'disabled' }],
      [boss.user.id, { role: 'doctor' }],
    ] as const) {
      const answer = await former.caller.patch(`/api/users/${whom}`, { payload })
      t.ok([403, 409].includes(answer.statusCode))
    }
    t.match((await auditEvents()).at(-3), {
      action: 'access.denied',
      outcome: 'denied',
      reason: 'not_admin',
      entity: { id: former.user.id },
    })
    t.same(await sql(activeAdmins, [CITY.id]), [{ account_id: boss.user.id }])
  },
)

t.test('nobody gives a role that may more than theirs', async (t) => {
  const caller = { role: 'nurse', user_id: 'nurse' } as const
  const member = { account_id: 'x', role: 'staff', status: 'active', version: 1 } as const
  const by = (role: 'admin' | 'receptionist' | 'staff', status?: 'active') =>
    decide(
      [
        { ...member, status: status ? 'disabled' : 'active', role: status ? role : 'staff' },
        { ...member, account_id: caller.user_id, role: 'admin' },
      ],
      'x',
      { ...(status ? { status } : { role }), version: undefined },
      caller,
    )
  t.same(by('admin'), { refusal: 'role_exceeds_own' })
  t.same(by('admin', 'active'), { refusal: 'role_exceeds_own' }, 'nor lets it be used again')
  t.match(by('receptionist'), { after: { role: 'receptionist' } }, 'what they hold they give')
})
