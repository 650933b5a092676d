import { PLATFORM_HOSPITAL_ID } from '@wardstone/contracts'
import t, { type Test } from 'tap'
import type { SignedIn } from '../src/sessions/schemas.ts'
import { hashOf } from '../src/tokens/refresh-tokens.ts'
import { build, CITY, claimsOf } from './helper.ts'

type Service = Awaited<ReturnType<typeof build>>

/** Makes it look as if `seconds` had passed since a token was spent. */
const passed = ({ sql }: Service, token: string, seconds: number) =>
  sql('update refresh_token set used_at = used_at - make_interval(secs => $2) where hash = $1', [
    hashOf(token),
    seconds,
  ])

t.test('POST /api/auth/refresh', async (t) => {
  const service = await build(t)
  const { refresh, signedIn, sql, auditEvents, domainEvents } = service

  await t.test('gives new tokens of the same session, as login does', async (t) => {
    const first = await signedIn()
    const answer = await refresh(first.refresh_token)
    t.equal(answer.statusCode, 200)
    const next = answer.json<SignedIn>()
    t.same(next.user, first.user)
    t.not(next.refresh_token, first.refresh_token)
    const { session_id, jti } = claimsOf(next.access_token)
    t.equal(session_id, first.claims.session_id)
    t.not(jti, first.claims.jti)
    t.equal((await refresh(next.refresh_token)).statusCode, 200)
  })

  await t.test(
    '50 at once with one token: one successor, one family, no false alarm',
    async (t) => {
      const { refresh_token, claims } = await signedIn()
      const answers = await Promise.all(Array.from({ length: 50 }, () => refresh(refresh_token)))
      t.same([...new Set(answers.map(({ statusCode }) => statusCode))], [200])
      const tokens = new Set(answers.map((answer) => answer.json<SignedIn>().refresh_token))
      t.equal(tokens.size, 1)
      const rows = await sql('select from refresh_token where session_id = $1', [claims.session_id])
      t.equal(rows.length, 2)
      t.notOk((await auditEvents()).some(({ action }) => action === 'auth.refresh_reused'))
      t.equal((await refresh([...tokens][0] ?? '')).statusCode, 200)
    },
  )

  await t.test('within the grace the immediate parent gives the same successor', async (t) => {
    const { refresh_token } = await signedIn()
    const { refresh_token: successor } = (await refresh(refresh_token)).json<SignedIn>()
    await passed(service, refresh_token, 9)
    const again = await refresh(refresh_token)
    t.equal(again.statusCode, 200)
    t.equal(again.json<SignedIn>().refresh_token, successor)
  })

  const dead = async (t: Test, first: Awaited<ReturnType<Service['signedIn']>>, last: string) => {
    t.equal((await refresh(last)).statusCode, 401, 'the newest token is dead too')
    const [session] = await sql('select * from session where id = $1', [first.claims.session_id])
    t.match(session, { ended_at: Date, end_reason: 'refresh_reused' })
    t.match((await auditEvents()).at(-1), {
      action: 'auth.refresh_reused',
      outcome: 'denied',
      hospital_id: CITY.id,
      actor: { id: first.user.id, session_id: first.claims.session_id },
    })
    t.match((await domainEvents()).at(-1), { session_id: first.claims.session_id })
  }

  await t.test('defect 7: a spent token after the grace ends the family, on record', async (t) => {
    const first = await signedIn()
    const { refresh_token: successor } = (await refresh(first.refresh_token)).json<SignedIn>()
    await passed(service, first.refresh_token, 11)
    const answer = await refresh(first.refresh_token)
    t.equal(answer.statusCode, 401)
    t.match(answer.json(), { code: 'unauthenticated' })
    await dead(t, first, successor)
  })

  await t.test('defect 7: a grandparent has no grace', async (t) => {
    const first = await signedIn()
    const second = (await refresh(first.refresh_token)).json<SignedIn>()
    const third = (await refresh(second.refresh_token)).json<SignedIn>()
    t.equal((await refresh(first.refresh_token)).statusCode, 401)
    await dead(t, first, third.refresh_token)
  })

  await t.test('50 replays end the family once', async (t) => {
    const first = await signedIn()
    await refresh(first.refresh_token)
    await passed(service, first.refresh_token, 11)
    const before = (await auditEvents()).length
    const answers = await Promise.all(
      Array.from({ length: 50 }, () => refresh(first.refresh_token)),
    )
    t.same([...new Set(answers.map(({ statusCode }) => statusCode))], [401])
    t.equal((await auditEvents()).length, before + 1)
    const rows = await sql('select from revocation where id = $1', [first.claims.session_id])
    t.equal(rows.length, 1)
  })

  await t.test('other sessions of the same person live on', async (t) => {
    const { login, somebody } = service
    const { username, password } = await somebody()
    const [one, other] = await Promise.all([
      login({ username, password }),
      login({ username, password }),
    ])
    const spent = one.json<SignedIn>().refresh_token
    await refresh(spent)
    await passed(service, spent, 11)
    await refresh(spent)
    t.equal((await refresh(other.json<SignedIn>().refresh_token)).statusCode, 200)
  })

  await t.test(
    'an unknown token, an ill-formed one and one of an old session are alike',
    async (t) => {
      const { refresh_token, claims } = await signedIn()
      await sql("update session set expires_at = now() - interval '1 s' where id = $1", [
        claims.session_id,
      ])
      const answers = await Promise.all(['x', 'a'.repeat(43), 'é', refresh_token].map(refresh))
      for (const answer of answers) {
        t.equal(answer.statusCode, 401)
        t.equal(answer.headers['www-authenticate'], 'Bearer')
        const { request_id: _, ...body } = answer.json()
        t.match(body, { code: 'unauthenticated', detail: 'Sign in first' })
      }
    },
  )

  await t.test('a member who was disabled is refused, and the token is not spent', async (t) => {
    const { refresh_token, user } = await signedIn()
    const status = (value: string) =>
      sql('update membership set status = $2 where account_id = $1', [user.id, value])
    await status('disabled')
    const answer = await refresh(refresh_token)
    t.equal(answer.statusCode, 403)
    t.equal(answer.json().code, 'account_disabled')
    t.match((await auditEvents()).at(-1), { action: 'access.denied', reason: 'account_disabled' })
    await status('active')
    t.equal((await refresh(refresh_token)).statusCode, 200)
  })
})

t.test('POST /api/auth/logout', async (t) => {
  const { refresh, signedIn, sql, auditEvents, domainEvents, as } = await build(t)
  const system = as({ role: 'system' })
  const revocations = async () =>
    (await system.get('/internal/revocations')).json<{ revocations: { id: string }[] }>()
      .revocations

  await t.test('defect 7: the session is over for both tokens', async (t) => {
    const { caller, refresh_token, claims, user } = await signedIn()
    const answer = await caller.post('/api/auth/logout', { payload: {} })
    t.equal(answer.statusCode, 204)
    t.equal(answer.body, '')
    t.equal((await refresh(refresh_token)).statusCode, 401)

    const [entry] = await revocations()
    t.match(entry, { kind: 'session', id: claims.session_id })
    const event = (await domainEvents()).at(-1)
    t.match(event, { session_id: claims.session_id })
    t.ok(Date.parse(event.expires_at) > claims.exp * 1000, 'until the access token is over')
    t.match((await auditEvents()).at(-1), {
      action: 'auth.logout',
      outcome: 'success',
      hospital_id: CITY.id,
      actor: { id: user.id, session_id: claims.session_id },
    })
    const [row] = await sql<{ subject: string }>(
      "select subject from outbox where subject like 'domain.%'",
    )
    t.equal(row?.subject, `domain.${CITY.id}.auth.session.revoked`)
  })

  await t.test('without a body, and once more, is 204 and one event', async (t) => {
    const { caller } = await signedIn()
    const before = (await domainEvents()).length
    t.equal((await caller.post('/api/auth/logout')).statusCode, 204)
    t.equal((await caller.post('/api/auth/logout')).statusCode, 204)
    t.equal((await domainEvents()).length, before + 1)
  })

  await t.test('refuses a body with anything in it', async (t) => {
    const { caller } = await signedIn()
    t.equal((await caller.post('/api/auth/logout', { payload: { all: true } })).statusCode, 400)
  })

  await t.test('works for a platform administrator too', async (t) => {
    const { caller, refresh_token, claims } = await signedIn({
      hospital_id: PLATFORM_HOSPITAL_ID,
      role: 'platform_admin',
    })
    t.equal((await caller.post('/api/auth/logout')).statusCode, 204)
    t.equal((await refresh(refresh_token)).statusCode, 401)
    t.ok((await revocations()).some(({ id }) => id === claims.session_id))
    t.match((await auditEvents()).at(-1), { action: 'auth.logout', hospital_id: null })
  })

  await t.test(
    'GET /internal/revocations leaves out what is over, and is for the gateway only',
    async (t) => {
      await sql('update revocation set expires_at = now()')
      t.same(await revocations(), [])
      const { caller } = await signedIn({ role: 'admin' })
      t.equal((await caller.get('/internal/revocations')).statusCode, 403)
      t.equal((await as({ role: 'anonymous' }).get('/internal/revocations')).statusCode, 403)
    },
  )
})
