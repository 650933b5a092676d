import { randomUUID } from 'node:crypto'
import { type Identity, PLATFORM_HOSPITAL_ID } from '@wardstone/contracts'
import { createLogger } from '@wardstone/service'
import { TenantDatabase } from '@wardstone/tenancy'
import t from 'tap'
import type { Database } from '../src/database/schema.ts'
import { newCode } from '../src/invitations/codes.ts'
import { userInvited } from '../src/invitations/events.ts'
import { InvitationRepository } from '../src/invitations/repository.ts'
import { hashOf } from '../src/tokens/refresh-tokens.ts'
import { build, CITY, RIVERSIDE } from './helper.ts'

const HOURS = 60 * 60 * 1000

t.test('/api/invitations', async (t) => {
  const { signedIn, somebody, sql, auditEvents } = await build(t)
  const admin = await signedIn({ role: 'admin' })
  const other = await signedIn({ role: 'admin', hospital_id: RIVERSIDE.id })
  const invite = (payload: object, by = admin) => by.caller.post('/api/invitations', { payload })
  const open = async (query = '', by = admin) =>
    (await by.caller.get(`/api/invitations${query}`)).json()
  const body = { email: 'new@example.org', role: 'nurse' }

  await t.test('POST shows the code once and stores only its hash, on record', async (t) => {
    const answer = await invite(body)
    t.equal(answer.statusCode, 201)
    const { id, code, expires_at, ...rest } = answer.json()
    t.same(rest, body)
    t.match(code, /^[\w-]{43}$/, '256 bits')
    const left = Date.parse(expires_at) - Date.now()
    t.ok(left > 71.9 * HOURS && left <= 72 * HOURS)
    const [row] = await sql('select * from invitation where id = $1', [id])
    t.match(row, { hospital_id: CITY.id, invited_by: admin.user.id, code_hash: hashOf(code) })
    const everywhere = JSON.stringify([row, await sql('select * from outbox'), await open()])
    t.notMatch(everywhere, code)
    t.match((await auditEvents()).at(-2), {
      action: 'user.invited',
      outcome: 'success',
      hospital_id: CITY.id,
      actor: { id: admin.user.id },
      entity: { type: 'invitation', id },
    })
    t.not((await invite(body)).json().code, code)
  })

  await t.test('the answer does not tell whether the address has an account', async (t) => {
    const known = other.user.email
    const shape = async (email: string) => {
      const { statusCode, json } = await invite({ email, role: 'nurse' })
      return [statusCode, Object.keys(json())]
    }
    t.same(await shape(known), await shape(`${randomUUID()}@example.org`))
  })

  for (const [what, payload, pointer] of [
    ['the platform’s role', { ...body, role: 'platform_admin' }, '/role'],
    ['an unknown role', { ...body, role: 'owner' }, '/role'],
    ['an address that is none', { ...body, email: 'nobody' }, '/email'],
    ['another field', { ...body, expires_at: '2099-01-01T00:00:00Z' }, '/expires_at'],
  ] as const) {
    await t.test(`refuses ${what}`, async (t) => {
      const answer = await invite(payload)
      t.equal(answer.statusCode, 400)
      t.match(answer.json(), { code: 'validation_failed', errors: [{ pointer }] })
    })
  }

  await t.test('another hospital in the body is refused', async (t) => {
    const answer = await invite({ ...body, hospital_id: RIVERSIDE.id })
    t.match(answer.json(), { status: 403, code: 'hospital_mismatch' })
    t.same(await open('', other), { results: [], next_cursor: null })
  })

  await t.test('GET lists the open ones of the hospital, the newest first, in pages', async (t) => {
    await sql('delete from invitation')
    const ids = []
    for (const role of ['doctor', 'nurse', 'staff']) {
      ids.unshift((await invite({ ...body, role })).json().id)
    }
    const theirs = (await invite({ ...body, email: 'canary@example.org' }, other)).json()
    const gone = [await invite(body), await invite(body), await invite(body)].map(
      (a) => a.json().id,
    )
    await sql("update invitation set expires_at = now() - interval '1 s' where id = $1", [gone[0]])
    await sql('update invitation set accepted_at = now(), accepted_by = $2 where id = $1', [
      gone[1],
      admin.user.id,
    ])
    t.equal((await admin.caller.delete(`/api/invitations/${gone[2]}`)).statusCode, 204)

    const seen: string[] = []
    let cursor: string | null = ''
    while (cursor !== null) {
      const page = await open(`?limit=1${cursor && `&cursor=${cursor}`}`)
      seen.push(...page.results.map(({ id }: { id: string }) => id))
      cursor = page.next_cursor
    }
    t.same(seen, ids)
    const oldest = await open('?limit=1&ordering=created_at&count=true')
    t.match(oldest, { results: [{ id: ids.at(-1) }], count: 3 })
    const later = await open(`?limit=2&ordering=created_at&cursor=${oldest.next_cursor}`)
    t.match(later, { results: [{ id: ids[1] }, { id: ids[0] }], next_cursor: null })
    const { results } = await open()
    t.match(results[0], { ...body, role: 'staff', invited_by: admin.user.id })
    t.notOk(Object.keys(results[0]).some((name) => name.startsWith('code')))
    t.notMatch(JSON.stringify(results), /canary/)
    t.match((await auditEvents()).at(-1), { action: 'user.listed', hospital_id: CITY.id })
    t.match(await open('', other), { results: [{ id: theirs.id }] })
    const page = await open('?limit=1')
    const stolen = await other.caller.get(`/api/invitations?limit=1&cursor=${page.next_cursor}`)
    t.equal(stolen.statusCode, 400)
  })

  await t.test('DELETE withdraws an open one, once, on record', async (t) => {
    const { id } = (await invite(body)).json()
    const answer = await admin.caller.delete(`/api/invitations/${id}`)
    t.same([answer.statusCode, answer.body], [204, ''])
    const event = { action: 'user.invitation_withdrawn', entity: { type: 'invitation', id } }
    t.match((await auditEvents()).at(-1), { ...event, outcome: 'success' })
    t.equal((await admin.caller.delete(`/api/invitations/${id}`)).statusCode, 404)
    t.match((await auditEvents()).at(-1), { ...event, outcome: 'failure', reason: 'not_found' })
  })

  await t.test('another hospital’s invitation is none, byte for byte', async (t) => {
    const { id } = (await invite(body, other)).json()
    const bytes = async (each: string) => {
      const answer = await admin.caller.delete(`/api/invitations/${each}`)
      const { request_id: _, ...problem } = answer.json()
      return [answer.statusCode, problem]
    }
    t.same(await bytes(id), await bytes(randomUUID()))
    t.ok((await open('', other)).results.some((each: { id: string }) => each.id === id))
  })

  await t.test('is for administrators of a hospital only', async (t) => {
    for (const role of ['doctor', 'nurse', 'receptionist', 'staff'] as const) {
      const { caller } = await signedIn({ role })
      t.equal((await caller.post('/api/invitations', { payload: body })).statusCode, 403)
      t.equal((await caller.get('/api/invitations')).statusCode, 403)
    }
    const platform = await signedIn({ role: 'platform_admin', hospital_id: PLATFORM_HOSPITAL_ID })
    t.match((await invite(body, platform)).json(), { status: 403, code: 'no_hospital_context' })
  })

  await t.test(
    'who is an administrator no longer has no open invitations, and makes none',
    async (t) => {
      const former = await signedIn({ role: 'admin' })
      const { id } = (await invite({ ...body, role: 'admin' }, former)).json()
      const change = { payload: { role: 'doctor' } }
      await admin.caller.patch(`/api/users/${former.user.id}`, change)
      t.notOk((await open()).results.some((each: { id: string }) => each.id === id))
      const withdrawn = { action: 'user.invitation_withdrawn', entity: { id } }
      t.match((await auditEvents()).at(-2), withdrawn)
      const late = await invite({ ...body, role: 'admin' }, former)
      t.match(late.json(), { status: 403, code: 'forbidden' })
      t.match((await auditEvents()).at(-1), { action: 'access.denied', reason: 'not_admin' })
      t.ok(await somebody())
    },
  )
})

t.test('each wall holds without the other', async (t) => {
  const { signedIn, sql, urls } = await build(t)
  const city = await signedIn({ role: 'admin' })
  const riverside = await signedIn({ role: 'admin', hospital_id: RIVERSIDE.id })
  const payload = { email: 'a@example.org', role: 'nurse' }
  const invited = async ({ caller }: typeof city) =>
    (await caller.post('/api/invitations', { payload })).json().id
  const [ours, theirs] = [await invited(city), await invited(riverside)]
  const logger = createLogger('walls', 'silent')
  const pool = { url: urls.databaseUrl, poolSize: 2, applicationName: 'walls', logger }
  const database = new TenantDatabase<Database>(pool)
  t.teardown(() => database.close())
  const identity: Identity = {
    ...{ role: 'admin', hospital_id: CITY.id, hospital_name: CITY.name, user_id: city.user.id },
    ...{ username: city.user.username, session_id: randomUUID(), request_id: randomUUID() },
    ...{ ip: '::1', user_agent: null },
  }
  const tenant = database.tenant(identity)

  await t.test('a query without the predicate sees and changes its hospital’s only', async (t) => {
    const { db } = tenant
    t.same(await db.selectFrom('invitation').select('id').execute(), [{ id: ours }])
    const all = db.updateTable('invitation').set({ withdrawn_at: new Date().toISOString() })
    t.equal((await all.executeTakeFirst()).numUpdatedRows, 1n)
    await sql('update invitation set withdrawn_at = null')
    const code = db.selectFrom('invitation').select('code_hash')
    await t.rejects(code.execute(), { code: '42501' }, 'nor any code')
    const accept = db.updateTable('invitation').set({ accepted_at: null })
    await t.rejects(accept.execute(), { code: '42501' })
    const role = db.updateTable('invitation').set({ role: 'admin' })
    await t.rejects(role.execute(), { code: '42501' })
  })

  await t.test('row-level security off: the repository keeps to its hospital', async (t) => {
    await sql('alter table invitation disable row level security')
    await sql('alter table membership disable row level security')
    const invitations = new InvitationRepository(tenant)
    t.equal(await invitations.withdraw(theirs, userInvited(identity, theirs)), false)
    t.same(
      (await invitations.list('-created_at', 9, undefined)).map(({ id }) => id),
      [ours],
    )
    const { code: _, ...stored } = newCode()
    const row = { id: randomUUID(), email: 'b@example.org', role: 'nurse', ...stored } as const
    const foreign = { ...row, invited_by: riverside.user.id }
    t.equal(await invitations.create(foreign, userInvited(identity, row.id)), false)
  })
})
