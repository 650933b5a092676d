import { randomUUID } from 'node:crypto'
import { HOSPITAL_MISMATCH_DETAIL, PLATFORM_HOSPITAL_ID } from '@wardstone/contracts'
import t, { type Test } from 'tap'
import type { SignedIn } from '../src/sessions/schemas.ts'
import { build, CITY, claimsOf, PASSWORD, RIVERSIDE } from './helper.ts'

type Service = Awaited<ReturnType<typeof build>>
type Person = Awaited<ReturnType<Service['signedIn']>>

t.test('POST /api/auth/memberships', async (t) => {
  const service = await build(t)
  const { signedIn, login, sql, auditEvents } = service
  const riverside = await signedIn({ role: 'admin', hospital_id: RIVERSIDE.id })
  const invite = async (role: string) => {
    const payload = { email: 'a@example.org', role }
    return (await riverside.caller.post('/api/invitations', { payload })).json().code
  }
  const join = ({ caller }: Person, payload: object) =>
    caller.post('/api/auth/memberships', { payload })

  await t.test(
    'by invitation: at once, as what it says; told there, and nothing of elsewhere',
    async (t) => {
      const doctor = await signedIn({ role: 'doctor' })
      const answer = await join(doctor, { invitation_code: await invite('nurse') })
      t.equal(answer.statusCode, 201)
      t.same(answer.json(), {
        hospital_id: RIVERSIDE.id,
        hospital_name: RIVERSIDE.name,
        role: 'nurse',
        status: 'active',
      })
      const event = (await auditEvents()).at(-1)
      t.match(event, {
        action: 'user.joined',
        outcome: 'success',
        hospital_id: RIVERSIDE.id,
        actor: { id: doctor.user.id, role: 'nurse', session_id: null },
        entity: { type: 'user', id: doctor.user.id },
      })
      t.notMatch(JSON.stringify(event), new RegExp(`${CITY.id}|${CITY.name}|doctor`))
      const again = await service.refresh(doctor.refresh_token)
      t.match(again.json<SignedIn>().user, {
        hospital_id: CITY.id,
        memberships: [{ hospital_id: CITY.id }, { hospital_id: RIVERSIDE.id, role: 'nurse' }],
      })
      const seen = (await riverside.caller.get(`/api/users/${doctor.user.id}`)).json()
      t.match(seen, { role: 'nurse', status: 'active', hospital_id: RIVERSIDE.id })
    },
  )

  await t.test(
    'by asking: a pending member of staff, whom its administrator approves',
    async (t) => {
      const doctor = await signedIn({ role: 'doctor' })
      const answer = await join(doctor, { hospital_id: RIVERSIDE.id })
      t.equal(answer.statusCode, 201)
      t.match(answer.json(), { hospital_id: RIVERSIDE.id, role: 'staff', status: 'pending' })
      t.match((await auditEvents()).at(-1), {
        action: 'user.registered',
        hospital_id: RIVERSIDE.id,
        actor: { id: doctor.user.id, role: 'staff' },
      })
      const approve = { payload: { status: 'active' } }
      const approved = await riverside.caller.patch(`/api/users/${doctor.user.id}`, approve)
      t.match(approved.json(), { status: 'active', role: 'staff' })
      const { username } = doctor.user
      const entry = await login({ username, password: PASSWORD, hospital_id: RIVERSIDE.id })
      t.equal(entry.statusCode, 200)
    },
  )

  await t.test('a member already: 409, and the invitation stays open', async (t) => {
    const doctor = await signedIn({ role: 'doctor' })
    const code = await invite('admin')
    t.equal((await join(doctor, { hospital_id: RIVERSIDE.id })).statusCode, 201)
    const before = (await auditEvents()).length
    for (const payload of [{ hospital_id: RIVERSIDE.id }, { invitation_code: code }]) {
      t.match((await join(doctor, payload)).json(), { status: 409, code: 'already_member' })
    }
    t.equal((await auditEvents()).length, before)
    const [row] = await sql(
      'select role, status from membership where account_id = $1 and hospital_id = $2',
      [doctor.user.id, RIVERSIDE.id],
    )
    t.same(row, { role: 'staff', status: 'pending' })
    t.equal((await join(await signedIn(), { invitation_code: code })).statusCode, 201)
    t.equal((await join(await signedIn(), { invitation_code: code })).statusCode, 400, 'once')
  })

  await t.test('20 people at once with one code: one joins', async (t) => {
    const code = await invite('nurse')
    const people: Person[] = []
    for (let each = 0; each < 20; each += 1) people.push(await signedIn())
    const answers = await Promise.all(
      people.map((person) => join(person, { invitation_code: code })),
    )
    const statuses = answers.map(({ statusCode }) => statusCode).sort()
    t.same(statuses, [201, ...Array.from({ length: 19 }, () => 400)])
  })

  await t.test('a hospital that takes nobody, both ways and neither: 400', async (t) => {
    const doctor = await signedIn()
    for (const [payload, pointer] of [
      [{ hospital_id: randomUUID() }, '/hospital_id'],
      [{ hospital_id: PLATFORM_HOSPITAL_ID }, '/hospital_id'],
      [{ hospital_id: RIVERSIDE.id, invitation_code: 'x' }, '/invitation_code'],
      [{ invitation_code: 'x' }, '/invitation_code'],
      [{}, '/hospital_id'],
      [{ hospital_id: RIVERSIDE.id, role: 'admin' }, '/role'],
      [{ hospital_id: RIVERSIDE.id, status: 'active' }, '/status'],
    ] as const) {
      const answer = await join(doctor, payload)
      t.equal(answer.statusCode, 400)
      t.match(answer.json(), { errors: [{ pointer }] })
    }
  })

  await t.test('a platform administrator may be a member of a hospital too', async (t) => {
    const platform = await signedIn({ role: 'platform_admin', hospital_id: PLATFORM_HOSPITAL_ID })
    const answer = await join(platform, { invitation_code: await invite('doctor') })
    t.match(answer.json(), { role: 'doctor', status: 'active' })
  })
})

t.test('POST /api/auth/switch', async (t) => {
  const service = await build(t)
  const { signedIn, as, join, refresh, sql, auditEvents, domainEvents } = service
  const to = ({ caller }: Pick<Person, 'caller'>, hospital_id: unknown) =>
    caller.post('/api/auth/switch', { payload: { hospital_id } })
  const inBoth = async (role: 'doctor' | 'nurse' = 'nurse', status = 'active') => {
    const person = await signedIn({ role: 'doctor' })
    await join(person.user.id, { hospital_id: RIVERSIDE.id, role, status })
    return person
  }

  await t.test('gives a session as the other membership; the old one goes on', async (t) => {
    const person = await inBoth()
    const answer = await to(person, RIVERSIDE.id)
    t.equal(answer.statusCode, 200)
    const there = answer.json<SignedIn>()
    t.match(there, { access_token: String, refresh_token: String, token_type: 'Bearer' })
    t.match(there.user, { hospital_id: RIVERSIDE.id, hospital_name: RIVERSIDE.name, role: 'nurse' })
    const claims = claimsOf(there.access_token)
    t.match(claims, { hospital_id: RIVERSIDE.id, role: 'nurse', user_id: person.user.id })
    t.not(claims.session_id, person.claims.session_id)
    t.match((await auditEvents()).at(-1), {
      action: 'auth.switched',
      outcome: 'success',
      hospital_id: RIVERSIDE.id,
      actor: { id: person.user.id, role: 'nurse', session_id: claims.session_id },
    })
    t.equal((await refresh(person.refresh_token)).json<SignedIn>().user.hospital_id, CITY.id)
    t.equal((await refresh(there.refresh_token)).json<SignedIn>().user.hospital_id, RIVERSIDE.id)
    const back = await to({ caller: as(claims) }, CITY.id)
    t.match(back.json<SignedIn>().user, { hospital_id: CITY.id, role: 'doctor' })
  })

  await t.test('no member, and no such hospital: the same bytes, on record', async (t) => {
    const person = await signedIn({ role: 'doctor' })
    const bodies = []
    for (const id of [RIVERSIDE.id, randomUUID(), PLATFORM_HOSPITAL_ID, null]) {
      const answer = await to(person, id)
      t.equal(answer.statusCode, 403)
      const { request_id: _, ...body } = answer.json()
      t.match(body, { code: 'hospital_mismatch', detail: HOSPITAL_MISMATCH_DETAIL })
      bodies.push(JSON.stringify(body))
      t.match((await auditEvents()).at(-1), {
        action: 'security.hospital_mismatch',
        outcome: 'denied',
        hospital_id: CITY.id,
        actor: { id: person.user.id },
      })
    }
    t.equal(new Set(bodies).size, 1)
    t.equal((await sql('select from session where account_id = $1', [person.user.id])).length, 1)
  })

  await t.test('a membership that lets nobody in says why, as a login does', async (t) => {
    const refusal = async (t: Test, status: string, code: string) => {
      t.match((await to(await inBoth('nurse', status), RIVERSIDE.id)).json(), { status: 403, code })
      t.match((await auditEvents()).at(-1), {
        action: 'auth.switched',
        outcome: 'denied',
        reason: code,
        hospital_id: RIVERSIDE.id,
      })
    }
    await refusal(t, 'pending', 'account_pending')
    await refusal(t, 'disabled', 'account_disabled')
    await sql('update hospital set is_active = false where hospital_id = $1', [RIVERSIDE.id])
    await refusal(t, 'active', 'hospital_suspended')
    await sql('update hospital set is_active = true where hospital_id = $1', [RIVERSIDE.id])
  })

  await t.test('never for longer than the session that one goes on from', async (t) => {
    const endOf = async (id: string | null | undefined) =>
      (
        await sql<{ at: string }>('select expires_at::text as at from session where id = $1', [id])
      )[0]?.at
    const person = await inBoth()
    await sql("update session set expires_at = now() + interval '90 s' where id = $1", [
      person.claims.session_id,
    ])
    const there = (await to(person, RIVERSIDE.id)).json<SignedIn>()
    t.ok(there.expires_in <= 90, `expires in ${there.expires_in} s`)
    const claims = claimsOf(there.access_token)
    const back = (await to({ caller: as(claims) }, CITY.id)).json<SignedIn>()
    const end = await endOf(person.claims.session_id)
    for (const id of [claims.session_id, claimsOf(back.access_token).session_id])
      t.equal(await endOf(id), end)
  })

  await t.test('a logout ends what came of the same sign-in in the same hospital', async (t) => {
    const person = await inBoth()
    const stolen = (await to(person, CITY.id)).json<SignedIn>()
    const elsewhere = (await to(person, RIVERSIDE.id)).json<SignedIn>()
    await person.caller.post('/api/auth/logout')
    t.equal((await refresh(stolen.refresh_token)).statusCode, 401)
    t.equal((await refresh(elsewhere.refresh_token)).statusCode, 200)
    const ids = [person.claims.session_id, claimsOf(stolen.access_token).session_id]
    const told = (await domainEvents()).map(({ session_id }) => session_id)
    t.ok(
      ids.every((id) => told.includes(id)),
      'the gateways hear of both',
    )
  })

  await t.test('a refresh token in two hands ends all that came of the sign-in', async (t) => {
    const person = await inBoth()
    const there = (await to(person, RIVERSIDE.id)).json<SignedIn>()
    const back = (await to({ caller: as(claimsOf(there.access_token)) }, CITY.id)).json<SignedIn>()
    await refresh(person.refresh_token)
    await sql("update refresh_token set used_at = used_at - interval '11 s'")
    t.equal((await refresh(person.refresh_token)).statusCode, 401)
    for (const { refresh_token } of [there, back])
      t.equal((await refresh(refresh_token)).statusCode, 401)
  })

  await t.test('from a session that is over: 401, though the token is still good', async (t) => {
    const person = await inBoth()
    await person.caller.post('/api/auth/logout')
    t.equal((await to(person, RIVERSIDE.id)).statusCode, 401)
    const another = await inBoth()
    const thief = as({ ...another.claims, session_id: (await inBoth()).claims.session_id ?? '' })
    t.equal((await to({ caller: thief }, RIVERSIDE.id)).statusCode, 401, 'or somebody else’s')
  })

  await t.test('a platform administrator goes to a hospital and back', async (t) => {
    const platform = await signedIn({ role: 'platform_admin', hospital_id: PLATFORM_HOSPITAL_ID })
    await join(platform.user.id, { hospital_id: CITY.id, role: 'doctor' })
    const there = (await to(platform, CITY.id)).json<SignedIn>()
    t.match(there.user, { hospital_id: CITY.id, role: 'doctor' })
    const back = await to({ caller: as(claimsOf(there.access_token)) }, null)
    t.match(back.json<SignedIn>().user, { hospital_id: null, role: 'platform_admin' })
    t.match((await auditEvents()).at(-1), { action: 'auth.switched', hospital_id: null })
  })

  for (const [what, payload] of [
    ['no hospital', {}],
    ['a hospital that is no UUID', { hospital_id: 'city' }],
    ['another field', { hospital_id: CITY.id, role: 'admin' }],
  ] as const) {
    await t.test(`refuses ${what}`, async (t) => {
      const { caller } = await signedIn()
      t.equal((await caller.post('/api/auth/switch', { payload })).statusCode, 400)
    })
  }
})
