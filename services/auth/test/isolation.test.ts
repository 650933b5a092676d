import { randomUUID } from 'node:crypto'
import { PLATFORM_HOSPITAL_ID } from '@wardstone/contracts'
import { createLogger } from '@wardstone/service'
import { TenantDatabase } from '@wardstone/tenancy'
import t from 'tap'
import { BreakGlassRepository } from '../src/break-glass/repository.ts'
import type { Database } from '../src/database/schema.ts'
import { revocationPeriod } from '../src/sessions/ending.ts'
import { loggedOut } from '../src/sessions/events.ts'
import { SessionRepository } from '../src/sessions/repository.ts'
import { UserRepository, type Window } from '../src/users/repository.ts'
import { build, CITY, PASSWORD, RIVERSIDE } from './helper.ts'

const open = 'select id from session where ended_at is null order by id'

t.test('two hospitals × every route of a signed-in member', async (t) => {
  const { app, as, signedIn, sql, auditEvents } = await build(t)
  const city = await signedIn()
  const riverside = await signedIn({ hospital_id: RIVERSIDE.id })

  await t.test('no route is missing here', async (t) => {
    const routes = Object.entries(app.swagger().paths ?? {}).flatMap(([path, operations]) =>
      Object.entries<object>(operations ?? {})
        .filter(([, operation]) => 'x-permission' in operation)
        .map(([method]) => `${method.toUpperCase()} ${path}`),
    )
    t.same(routes.sort(), [
      'DELETE /api/auth/sessions/{id}',
      'DELETE /api/invitations/{id}',
      'GET /api/auth/profile',
      'GET /api/auth/sessions',
      'GET /api/break-glass',
      'GET /api/invitations',
      'GET /api/users',
      'GET /api/users/{id}',
      'PATCH /api/auth/profile',
      'PATCH /api/users/{id}',
      'POST /api/auth/logout',
      'POST /api/auth/memberships',
      'POST /api/auth/password',
      'POST /api/auth/switch',
      'POST /api/break-glass',
      'POST /api/invitations',
      'POST /api/invitations/first-admin',
    ])
  })

  await t.test(
    'logout with another hospital’s session ends nothing and says nothing',
    async (t) => {
      const thief = as({ ...city.claims, session_id: riverside.claims.session_id ?? null })
      const stranger = as({ ...city.claims, session_id: randomUUID() })
      const theirs = await thief.post('/api/auth/logout')
      const nobodys = await stranger.post('/api/auth/logout')
      t.equal(theirs.statusCode, 204)
      t.same(
        [theirs.body, Object.keys(theirs.headers)],
        [nobodys.body, Object.keys(nobodys.headers)],
      )
      t.equal((await sql(open)).length, 2)
      t.notOk((await auditEvents()).some(({ action }) => action === 'auth.logout'))
    },
  )

  await t.test('nobody ends a colleague’s session', async (t) => {
    const colleague = await signedIn()
    const thief = as({ ...city.claims, session_id: colleague.claims.session_id ?? null })
    await thief.post('/api/auth/logout')
    t.equal((await sql(open)).length, 3)
  })

  await t.test('a profile holds nothing of another’s', async (t) => {
    const { body } = await city.caller.get('/api/auth/profile')
    t.notMatch(body, new RegExp(`${riverside.user.id}|${RIVERSIDE.id}|${RIVERSIDE.name}`))
  })

  await t.test('nobody sees or ends sessions of another person', async (t) => {
    const { body } = await city.caller.get('/api/auth/sessions')
    t.notMatch(body, new RegExp(`${riverside.claims.session_id}|${RIVERSIDE.id}`))
    const theirs = `/api/auth/sessions/${riverside.claims.session_id}`
    t.equal((await city.caller.delete(theirs)).statusCode, 404)
    t.equal((await sql(open)).length, 3)
  })

  await t.test('a new password ends no session of another person', async (t) => {
    const payload = { current_password: PASSWORD, new_password: `${PASSWORD}!` }
    t.equal((await city.caller.post('/api/auth/password', { payload })).statusCode, 204)
    t.equal((await sql(open)).length, 3)
  })

  await t.test('another hospital’s members are in no list and answer as nobody', async (t) => {
    const admin = await signedIn({ role: 'admin' })
    const { body } = await admin.caller.get(`/api/users?limit=100&count=true`)
    t.notMatch(body, new RegExp(`${riverside.user.id}|${riverside.user.username}|${RIVERSIDE.id}`))
    for (const ask of [
      (url: string) => admin.caller.get(url),
      (url: string) => admin.caller.patch(url, { payload: { status: 'disabled' } }),
    ]) {
      const bytes = async (id: string) => {
        const { statusCode, json } = await ask(`/api/users/${id}`)
        const { request_id: _, ...problem } = json()
        return [statusCode, problem]
      }
      t.same(await bytes(riverside.user.id), await bytes(randomUUID()))
    }
  })

  await t.test('a glass opens nothing at another hospital, and is told to none', async (t) => {
    const why = { password: PASSWORD, reason_code: 'TREAT', reason_text: 'a patient asked for it' }
    const colleague = await signedIn({ role: 'nurse' })
    const payload = { ...why, patient_id: randomUUID(), hospital_id: RIVERSIDE.id }
    const elsewhere = await colleague.caller.post('/api/break-glass', { payload })
    t.match(elsewhere.json(), { status: 403, code: 'hospital_mismatch' })
    const own = { ...why, patient_id: randomUUID() }
    t.equal((await colleague.caller.post('/api/break-glass', { payload: own })).statusCode, 201)
    const admins = [CITY.id, RIVERSIDE.id].map((hospital_id) => as({ role: 'admin', hospital_id }))
    const [here = [], there] = await Promise.all(
      admins.map(async (admin) => (await admin.get('/api/break-glass')).json().results),
    )
    t.equal(here.length, 1)
    t.same(there, [])
    await sql('update session set ended_at = now() where account_id = $1', [colleague.user.id])
  })

  await t.test('another hospital in the body is refused', async (t) => {
    const payload = { first_name: 'X', hospital_id: RIVERSIDE.id }
    t.equal((await city.caller.patch('/api/auth/profile', { payload })).statusCode, 403)
    t.equal((await city.caller.post('/api/auth/logout', { payload })).statusCode, 403)
    t.equal((await sql(open)).length, 4)
  })
})

t.test('each wall holds without the other', async (t) => {
  const { signedIn, sql, urls } = await build(t)
  const city = await signedIn()
  const riverside = await signedIn({ hospital_id: RIVERSIDE.id })
  const database = new TenantDatabase<Database>({
    url: urls.databaseUrl,
    poolSize: 2,
    applicationName: 'walls',
    logger: createLogger('walls', 'silent'),
  })
  t.teardown(() => database.close())
  const tenant = database.tenant({
    role: 'doctor',
    hospital_id: CITY.id,
    hospital_name: CITY.name,
    user_id: city.user.id,
    username: city.user.username,
    session_id: city.claims.session_id ?? '',
    request_id: randomUUID(),
    ip: '::1',
    user_agent: null,
  })
  const ids = [city, riverside].map(({ claims }) => claims.session_id).sort()

  await t.test(
    'a query without the predicate: row-level security hides the other hospital',
    async (t) => {
      const seen = await tenant.db.selectFrom('session').select('id').execute()
      t.same(seen, [{ id: city.claims.session_id }])
      const all = tenant.db.updateTable('session').set({ end_reason: 'logout' })
      t.equal((await all.executeTakeFirst()).numUpdatedRows, 1n)
    },
  )

  await t.test(
    'a request sees no token, hospital, revocation, message or throttle at all',
    async (t) => {
      for (const table of [
        'refresh_token',
        'hospital',
        'revocation',
        'outbox',
        'throttle',
        'known_device',
      ] as const) {
        await t.rejects(tenant.db.selectFrom(table).selectAll().execute(), { code: '42501' }, table)
      }
    },
  )

  await t.test('a request sees its hospital’s members, and nothing to sign in with', async (t) => {
    const members = await tenant.db.selectFrom('membership').select('account_id').execute()
    t.same(members, [{ account_id: city.user.id }])
    t.same(await tenant.db.selectFrom('account').select('id').execute(), [{ id: city.user.id }])
    const hashes = tenant.db.selectFrom('account').select('password_hash')
    await t.rejects(hashes.execute(), { code: '42501' })
    const rename = tenant.db.updateTable('account').set({ username: 'x' })
    await t.rejects(rename.execute(), { code: '42501' })
    const everybody = tenant.db.updateTable('membership').set({ role: 'staff' })
    t.equal((await everybody.executeTakeFirst()).numUpdatedRows, 1n)
    const move = tenant.db.updateTable('membership').set({ hospital_id: RIVERSIDE.id } as never)
    await t.rejects(move.execute(), { code: '42501' })
  })

  await t.test('row-level security off: the repository sees its own members', async (t) => {
    await sql('alter table membership disable row level security')
    await sql('alter table account disable row level security')
    const seen = await tenant.db.selectFrom('account').select('id').execute()
    t.equal(seen.length, 2, 'the wall is down')
    const users = new UserRepository(tenant)
    const page = { column: 'membership.created_at', direction: 'asc', limit: 9, after: undefined }
    const listed = await users.list({}, page as Window)
    t.same(
      listed.map(({ id }) => id),
      [city.user.id],
    )
    t.equal(await users.count({}), 1)
    t.equal(await users.find(riverside.user.id), undefined)
    await sql('alter table membership enable row level security')
    await sql('alter table account enable row level security')
  })

  await t.test('a request sees its hospital’s broken glasses and cannot change one', async (t) => {
    const broken = `insert into break_glass (hospital_id, id, session_id, account_id, username,
      role, reason_code, reason_text, expires_at)
      values ($1, $2, $2, $3, 'x', 'doctor', 'TREAT', 'because of it', now())`
    const glasses = [CITY, RIVERSIDE].map(({ id }) => [id, randomUUID(), city.user.id])
    for (const glass of glasses) await sql(broken, glass)
    const seen = () => tenant.db.selectFrom('break_glass').select('id').execute()
    const own = [{ id: glasses[0]?.[1] }]
    t.same(await seen(), own)
    const row = { ...(await tenant.db.selectFrom('break_glass').selectAll().executeTakeFirst()) }
    const forge = tenant.db.insertInto('break_glass').values(row as never)
    await t.rejects(forge.execute(), { code: '42501' })
    const rewrite = tenant.db.updateTable('break_glass').set({ reason_text: 'nothing' })
    await t.rejects(rewrite.execute(), { code: '42501' })
    await t.rejects(tenant.db.deleteFrom('break_glass').execute(), { code: '42501' })
    await sql('alter table break_glass disable row level security')
    t.equal((await seen()).length, 2, 'the wall is down')
    const report = new BreakGlassRepository(tenant)
    t.equal(await report.count(), 1)
    const listed = await report.list('-created_at', 9)
    t.same(
      listed.map(({ id }) => ({ id })),
      own,
    )
    await sql('alter table break_glass enable row level security')
  })

  await t.test(
    'a request cannot revoke or tell in another hospital’s name, nor in the platform’s',
    async (t) => {
      for (const hospital_id of [RIVERSIDE.id, PLATFORM_HOSPITAL_ID]) {
        const { revoked_at, expires_at } = revocationPeriod(600)
        const row = {
          hospital_id,
          kind: 'hospital' as const,
          id: hospital_id,
          revoked_at,
          expires_at,
        }
        await t.rejects(tenant.db.insertInto('revocation').values(row).execute(), { code: '42501' })
      }
    },
  )

  await t.test('row-level security off: the repository ends nothing elsewhere', async (t) => {
    await sql('alter table session disable row level security')
    const seen = await tenant.db.selectFrom('session').select('id').orderBy('id').execute()
    t.same(seen.map(({ id }) => id).sort(), ids, 'the wall is down')
    const end = (id: string, account_id: string) =>
      new SessionRepository(tenant).end(
        {
          reach: 'hospital',
          reason: 'logout',
          revoked: { session_id: id, ...revocationPeriod(600) },
          event: loggedOut(tenant.identity, id),
        },
        { id, account_id },
      )
    t.equal(await end(riverside.claims.session_id ?? '', riverside.user.id), false)
    t.same((await sql(open)).length, 2)
    t.equal(await end(city.claims.session_id ?? '', city.user.id), true)
    t.same(await sql(open), [{ id: riverside.claims.session_id }])
  })
})
