import { randomUUID } from 'node:crypto'
import type { TestCaller } from '@wardstone/cluster/testing'
import { PLATFORM_HOSPITAL_ID } from '@wardstone/contracts'
import { createLogger } from '@wardstone/service'
import { createSystemDatabase } from '@wardstone/tenancy'
import t from 'tap'
import type { Database } from '../src/database/schema.ts'
import { SystemHospitalRepository } from '../src/hospitals/repository.ts'
import type { SignedIn } from '../src/sessions/schemas.ts'
import { hashOf } from '../src/tokens/refresh-tokens.ts'
import { build, CITY, claimsOf, PASSWORD, RIVERSIDE } from './helper.ts'

type Service = Awaited<ReturnType<typeof build>>

const PATIENT = randomUUID()
const TEXT = 'Unconscious after a fall, no next of kin'
const why = { password: PASSWORD, reason_code: 'ETREAT', reason_text: TEXT }
const PLATFORM_ADMIN = { hospital_id: PLATFORM_HOSPITAL_ID, role: 'platform_admin' } as const

/** Breaks a glass, and what its holder is then. */
async function opened({ as }: Service, caller: ReturnType<Service['as']>, target: object) {
  const answer = await caller.post('/api/break-glass', { payload: { ...why, ...target } })
  const signedIn = answer.json<Required<SignedIn>>()
  const claims = claimsOf(signedIn.access_token)
  return { ...signedIn, answer, claims, holder: as(claims), id: signedIn.break_glass.id }
}

t.test('a platform administrator opens a hospital', async (t) => {
  const service = await build(t)
  const { signedIn, refresh, sql, auditEvents } = service
  const { caller, user } = await signedIn(PLATFORM_ADMIN)
  const glass = await opened(service, caller, { hospital_id: CITY.id, minutes: 30 })

  await t.test('with a token for that hospital that says so', async (t) => {
    t.equal(glass.answer.statusCode, 201)
    t.equal(glass.expires_in, 600)
    t.match(glass.claims, {
      role: 'break_glass',
      hospital_id: CITY.id,
      hospital_name: CITY.name,
      user_id: user.id,
      membership_version: 1,
      break_glass: { id: glass.id, reason_code: 'ETREAT', patient_id: null },
    })
    t.match(glass.user, { id: user.id, role: 'break_glass', hospital_id: CITY.id })
    t.match(glass.break_glass, { patient_id: null, hospital_id: CITY.id })
    const seconds = (Date.parse(glass.break_glass.expires_at) - Date.now()) / 1000
    t.ok(seconds > 1700 && seconds <= 1801, `${seconds} s`)
  })

  await t.test('on record at that hospital, the reason by its code only', async (t) => {
    t.match((await auditEvents()).at(-1), {
      action: 'break_glass.opened',
      outcome: 'success',
      reason: 'ETREAT',
      hospital_id: CITY.id,
      actor: { id: user.id, username: user.username, role: 'platform_admin' },
      entity: { type: 'hospital', id: CITY.id },
      break_glass: { id: glass.id, reason_code: 'ETREAT' },
    })
    t.notMatch(JSON.stringify(await sql('select * from outbox')), /Unconscious|Kettle/)
  })

  await t.test('refreshing keeps it, within its time', async (t) => {
    await sql("update session set expires_at = now() + interval '90 s' where id = $1", [
      glass.claims.session_id,
    ])
    const next = (await refresh(glass.refresh_token)).json<Required<SignedIn>>()
    const claims = claimsOf(next.access_token)
    t.match(claims, { role: 'break_glass', break_glass: { id: glass.id, patient_id: null } })
    t.equal(next.break_glass.id, glass.id)
    t.ok(next.expires_in <= 90, `expires in ${next.expires_in} s`)
    t.equal(claims.exp - claims.iat, next.expires_in)
    await sql('update session set expires_at = now() where id = $1', [glass.claims.session_id])
    t.equal((await refresh(next.refresh_token)).statusCode, 401)
  })

  await t.test('never for longer than an hour', async (t) => {
    const longest = await opened(service, caller, { hospital_id: CITY.id })
    const minutes = (Date.parse(longest.break_glass.expires_at) - Date.now()) / 60_000
    t.ok(minutes > 59 && minutes <= 60.1, `${minutes} min`)
    const shortest = await opened(service, caller, { hospital_id: CITY.id, minutes: 1 })
    t.ok(shortest.expires_in <= 60, `expires in ${shortest.expires_in} s`)
    for (const minutes of [0, 61, 1.5, null]) {
      const payload = { ...why, hospital_id: CITY.id, minutes }
      t.equal((await caller.post('/api/break-glass', { payload })).statusCode, 400)
    }
  })

  await t.test('only an active hospital, and the platform is none', async (t) => {
    const suspended = randomUUID()
    await sql(
      "insert into hospital (hospital_id, slug, name, is_active) values ($1, 'x', 'X', false)",
      [suspended],
    )
    const open = (hospital_id: string) =>
      caller.post('/api/break-glass', { payload: { ...why, hospital_id } })
    const closed = await open(suspended)
    t.equal(closed.statusCode, 403)
    t.equal(closed.json().code, 'hospital_suspended')
    t.match((await auditEvents()).at(-1), {
      action: 'break_glass.opened',
      outcome: 'denied',
      reason: 'hospital_suspended',
      hospital_id: suspended,
    })
    for (const id of [randomUUID(), PLATFORM_HOSPITAL_ID]) {
      t.equal((await open(id)).json().code, 'not_found')
      t.match((await auditEvents()).at(-1), { reason: 'not_found', hospital_id: null })
    }
  })
})

t.test('a member opens a patient of their hospital', async (t) => {
  const service = await build(t)
  const { signedIn, as, auditEvents } = service
  const { caller, user, claims } = await signedIn()

  await t.test('and stays what they are', async (t) => {
    const glass = await opened(service, caller, { patient_id: PATIENT })
    t.equal(glass.answer.statusCode, 201)
    t.match(glass.claims, {
      role: 'doctor',
      hospital_id: CITY.id,
      break_glass: { id: glass.id, reason_code: 'ETREAT', patient_id: PATIENT },
    })
    t.not(glass.claims.session_id, claims.session_id)
    t.match(glass.user, { role: 'doctor', hospital_id: CITY.id })
    t.match((await auditEvents()).at(-1), {
      action: 'break_glass.opened',
      outcome: 'success',
      hospital_id: CITY.id,
      actor: { id: user.id, role: 'doctor' },
      entity: { type: 'patient', id: PATIENT },
      break_glass: { id: glass.id },
    })
  })

  const platform = await signedIn(PLATFORM_ADMIN)
  for (const [what, who, target, pointer] of [
    ['a member without patient', caller, {}, '/patient_id'],
    [
      'a member with a hospital',
      caller,
      { patient_id: PATIENT, hospital_id: CITY.id },
      '/hospital_id',
    ],
    ['a patient that is no UUID', caller, { patient_id: '7' }, '/patient_id'],
    ['the platform without hospital', platform.caller, {}, '/hospital_id'],
    [
      'the platform with a patient',
      platform.caller,
      { hospital_id: CITY.id, patient_id: PATIENT },
      '/patient_id',
    ],
    [
      'a reason of nine characters',
      caller,
      { patient_id: PATIENT, reason_text: ' because 7 ' },
      '/reason_text',
    ],
    [
      'a reason of the caller’s own',
      caller,
      { patient_id: PATIENT, reason_code: 'FUN' },
      '/reason_code',
    ],
    ['an unknown field', caller, { patient_id: PATIENT, role: 'admin' }, '/role'],
  ] as const) {
    await t.test(`refuses ${what}`, async (t) => {
      const answer = await who.post('/api/break-glass', { payload: { ...why, ...target } })
      t.equal(answer.statusCode, 400)
      t.match(answer.json(), { code: 'validation_failed', errors: [{ pointer }] })
    })
  }

  await t.test('another hospital is 403 and a security event', async (t) => {
    const payload = { ...why, patient_id: PATIENT, hospital_id: RIVERSIDE.id }
    const answer = await caller.post('/api/break-glass', { payload })
    t.equal(answer.json().code, 'hospital_mismatch')
    t.match((await auditEvents()).at(-1), { action: 'security.hospital_mismatch' })
  })

  await t.test('who is no member is 401, nobody is 403', async (t) => {
    const payload = { ...why, patient_id: PATIENT }
    const stranger = as({ role: 'doctor' })
    t.equal((await as({ role: 'anonymous' }).post('/api/break-glass', { payload })).statusCode, 403)
    const { id } = await service.somebody()
    const elsewhere = as({ role: 'doctor', user_id: id, hospital_id: RIVERSIDE.id })
    t.equal((await elsewhere.post('/api/break-glass', { payload })).statusCode, 401)
    t.equal((await stranger.post('/api/break-glass', { payload })).statusCode, 404)
  })
})

t.test('the password again', async (t) => {
  const service = await build(t)
  const { signedIn, auditEvents, sql } = service
  const { caller, user } = await signedIn(PLATFORM_ADMIN)
  const open = (password: string) =>
    caller.post('/api/break-glass', { payload: { ...why, password, hospital_id: CITY.id } })

  await t.test('a wrong one is 401 and told to the hospital', async (t) => {
    const answer = await open('not the password')
    t.equal(answer.statusCode, 401)
    t.equal(answer.json().code, 'invalid_credentials')
    t.match((await auditEvents()).at(-1), {
      action: 'break_glass.opened',
      outcome: 'failure',
      reason: 'wrong_password',
      hospital_id: CITY.id,
      actor: { id: user.id },
      entity: { type: 'hospital', id: CITY.id },
    })
    t.same(await sql('select from break_glass'), [])
  })

  await t.test('ten wrong ones are the last', async (t) => {
    for (let index = 1; index < 10; index += 1) t.equal((await open('wrong')).statusCode, 401)
    const answer = await open(PASSWORD)
    t.equal(answer.statusCode, 429)
    t.ok(Number(answer.headers['retry-after']) > 800)
    t.match((await auditEvents()).at(-1), { action: 'auth.throttled', reason: 'pair' })
  })
})

t.test('behind a broken glass', async (t) => {
  const service = await build(t)
  const { signedIn } = service
  const platform = await signedIn(PLATFORM_ADMIN)
  const admin = await signedIn({ role: 'admin' })
  const glasses = [
    await opened(service, platform.caller, { hospital_id: CITY.id }),
    await opened(service, admin.caller, { patient_id: PATIENT }),
  ]

  for (const { holder, user, claims } of glasses) {
    await t.test(`${claims.role}: the profile is shown`, async (t) => {
      const answer = await holder.get('/api/auth/profile')
      t.equal(answer.statusCode, 200)
      t.same(answer.json(), user)
    })

    await t.test(`${claims.role}: nothing of the account or the hospital is changed`, async (t) => {
      const refused = [
        holder.patch('/api/auth/profile', { payload: { first_name: 'X' } }),
        holder.post('/api/auth/password', {
          payload: { current_password: PASSWORD, new_password: `${PASSWORD}!` },
        }),
        holder.get('/api/auth/sessions'),
        holder.delete(`/api/auth/sessions/${claims.session_id}`),
        holder.post('/api/break-glass', { payload: { ...why, patient_id: PATIENT } }),
        holder.get('/api/users'),
      ]
      for (const answer of await Promise.all(refused)) {
        t.equal(answer.statusCode, 403)
        t.equal(answer.json().code, 'forbidden')
      }
    })
  }
})

t.test('a broken glass ends', async (t) => {
  const service = await build(t)
  const { signedIn, refresh, sql, urls, auditEvents, domainEvents } = service
  const platform = await signedIn(PLATFORM_ADMIN)
  const nurse = await signedIn({ role: 'nurse' })
  const ofPlatform = () => opened(service, platform.caller, { hospital_id: CITY.id })
  const ofNurse = () => opened(service, nurse.caller, { patient_id: PATIENT })
  const endedAt = async (id: string) =>
    (
      await sql<{ ended_at: Date | null }>('select ended_at from break_glass where id = $1', [id])
    )[0]?.ended_at

  for (const [who, open] of [
    ['the platform', ofPlatform],
    ['a nurse', ofNurse],
  ] as const) {
    await t.test(`${who}: by logout, on record where it was opened`, async (t) => {
      const glass = await open()
      t.equal((await glass.holder.post('/api/auth/logout')).statusCode, 204)
      t.equal((await refresh(glass.refresh_token)).statusCode, 401)
      t.ok(await endedAt(glass.id))
      t.match((await auditEvents()).at(-1), {
        action: 'auth.logout',
        hospital_id: CITY.id,
        actor: { role: glass.claims.role, session_id: glass.claims.session_id },
        break_glass: { id: glass.id },
      })
      t.match((await domainEvents()).at(-1), { session_id: glass.claims.session_id })
    })

    await t.test(`${who}: by the reuse of a refresh token`, async (t) => {
      const glass = await open()
      await refresh(glass.refresh_token)
      await sql("update refresh_token set used_at = used_at - interval '11 s' where hash = $1", [
        hashOf(glass.refresh_token),
      ])
      t.equal((await refresh(glass.refresh_token)).statusCode, 401)
      t.ok(await endedAt(glass.id))
      t.match((await auditEvents()).at(-1), {
        action: 'auth.refresh_reused',
        hospital_id: CITY.id,
        break_glass: { id: glass.id },
      })
    })
  }

  await t.test('from another session of the person, where it is listed', async (t) => {
    const glass = await ofPlatform()
    const { results } = (await platform.caller.get('/api/auth/sessions')).json()
    t.match(results[0], { id: glass.claims.session_id, hospital_id: CITY.id, current: false })
    const path = `/api/auth/sessions/${glass.claims.session_id}`
    t.equal((await platform.caller.delete(path)).statusCode, 204)
    t.ok(await endedAt(glass.id))
  })

  await t.test('with a new password', async (t) => {
    const person = await signedIn({ role: 'doctor' })
    const glass = await opened(service, person.caller, { patient_id: PATIENT })
    const payload = { current_password: PASSWORD, new_password: `${PASSWORD}, new` }
    t.equal((await person.caller.post('/api/auth/password', { payload })).statusCode, 204)
    t.equal((await refresh(glass.refresh_token)).statusCode, 401)
    t.ok(await endedAt(glass.id))
  })

  await t.test('with the membership, the platform’s too', async (t) => {
    for (const [{ user }, open] of [
      [platform, ofPlatform],
      [nurse, ofNurse],
    ] as const) {
      const glass = await open()
      const status = (value: string) =>
        sql('update membership set status = $2 where account_id = $1', [user.id, value])
      await status('disabled')
      t.equal((await refresh(glass.refresh_token)).json().code, 'account_disabled')
      t.match((await auditEvents()).at(-1), {
        action: 'access.denied',
        hospital_id: CITY.id,
        break_glass: { id: glass.id },
      })
      await status('active')
    }
  })

  await t.test('when an administrator disables the member', async (t) => {
    const doctor = await signedIn()
    const glass = await opened(service, doctor.caller, { patient_id: PATIENT })
    const admin = await signedIn({ role: 'admin' })
    const path = `/api/users/${doctor.user.id}`
    const answer = await admin.caller.patch(path, { payload: { status: 'disabled' } })
    t.equal(answer.statusCode, 200)
    t.equal((await refresh(glass.refresh_token)).statusCode, 403)
    t.ok(await endedAt(glass.id))
  })

  await t.test('with the hospital, and no other', async (t) => {
    const system = createSystemDatabase<Database>({
      url: urls.systemUrl,
      poolSize: 2,
      applicationName: 'test',
      logger: createLogger('test', 'silent'),
    })
    t.teardown(() => system.close())
    const glasses = [await ofPlatform(), await ofNurse()]
    const elsewhere = await opened(service, platform.caller, { hospital_id: RIVERSIDE.id })
    const { id, slug, name } = CITY
    const state = { id, slug, name, is_listed: true, occurred_at: new Date().toISOString() }
    const hospitals = new SystemHospitalRepository(system.db, 600)
    await hospitals.apply({ ...state, is_active: false, version: 2 })
    await hospitals.apply({ ...state, is_active: true, version: 3 })
    for (const glass of glasses) {
      t.equal((await refresh(glass.refresh_token)).statusCode, 401)
      t.ok(await endedAt(glass.id))
    }
    t.equal((await refresh(elsewhere.refresh_token)).statusCode, 200)
    t.equal(await endedAt(elsewhere.id), null)
    t.equal((await refresh(platform.refresh_token)).statusCode, 200)
  })
})

t.test('GET /api/break-glass', async (t) => {
  const service = await build(t)
  const { signedIn, sql, auditEvents, as } = service
  const platform = await signedIn(PLATFORM_ADMIN)
  const doctor = await signedIn()
  const admin = await signedIn({ role: 'admin' })
  const riverside = await signedIn({ role: 'admin', hospital_id: RIVERSIDE.id })
  const first = await opened(service, doctor.caller, { patient_id: PATIENT, reason_code: 'TREAT' })
  const second = await opened(service, platform.caller, { hospital_id: CITY.id })
  const third = await opened(service, doctor.caller, { patient_id: PATIENT, minutes: 1 })

  await t.test('tells the hospital’s administrators who, why and for how long', async (t) => {
    await second.holder.post('/api/auth/logout')
    await sql("update break_glass set expires_at = now() - interval '1 s' where id = $1", [
      third.id,
    ])
    const answer = await admin.caller.get('/api/break-glass')
    t.equal(answer.statusCode, 200)
    t.equal(answer.headers['cache-control'], 'no-store')
    const { results, next_cursor } = answer.json()
    t.equal(next_cursor, null)
    t.match(results, [
      { id: third.id, patient_id: PATIENT },
      {
        id: second.id,
        opened_by: {
          id: platform.user.id,
          username: platform.user.username,
          role: 'platform_admin',
        },
        reason_code: 'ETREAT',
        reason_text: TEXT,
        patient_id: null,
        expires_at: second.break_glass.expires_at,
        ended_at: /Z$/,
      },
      { id: first.id, opened_by: { role: 'doctor' }, reason_code: 'TREAT', ended_at: null },
    ])
    t.equal(results.length, 3)
    t.equal(results[0].ended_at, results[0].expires_at, 'its time is over')
    t.match((await auditEvents()).at(-1), {
      action: 'audit.read',
      outcome: 'success',
      hospital_id: CITY.id,
      actor: { id: admin.user.id },
      entity: { type: 'break_glass', id: 'report' },
    })
  })

  await t.test('in pages', async (t) => {
    const page = (await admin.caller.get('/api/break-glass?limit=2')).json()
    const next = `/api/break-glass?limit=2&cursor=${page.next_cursor}`
    t.match((await admin.caller.get(next)).json(), {
      results: [{ id: first.id }],
      next_cursor: null,
    })
    t.equal((await riverside.caller.get(next)).statusCode, 400)
    const oldest = '/api/break-glass?limit=1&ordering=created_at&count=true'
    t.match((await admin.caller.get(oldest)).json(), { results: [{ id: first.id }], count: 3 })
  })

  await t.test('another hospital hears of none of it', async (t) => {
    t.same((await riverside.caller.get('/api/break-glass')).json().results, [])
  })

  await t.test('is not for everybody', async (t) => {
    const callers: TestCaller[] = [doctor.claims, platform.claims, { role: 'anonymous' }]
    for (const caller of callers) {
      t.equal((await as(caller).get('/api/break-glass')).statusCode, 403)
    }
    const again = await opened(service, platform.caller, { hospital_id: CITY.id })
    t.equal((await again.holder.get('/api/break-glass')).statusCode, 200)
    t.match((await auditEvents()).at(-1), { action: 'audit.read', break_glass: { id: again.id } })
  })
})
