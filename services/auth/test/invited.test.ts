import { randomUUID } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import type { InvitationCreated } from '@wardstone/contracts'
import { createLogger } from '@wardstone/service'
import { createSystemDatabase } from '@wardstone/tenancy'
import t, { type Test } from 'tap'
import type { Database } from '../src/database/schema.ts'
import { newCode } from '../src/invitations/codes.ts'
import { InvitationDesk, PATIENCE } from '../src/invitations/desk.ts'
import { SystemInvitationRepository } from '../src/invitations/system-repository.ts'
import type { SignedIn } from '../src/sessions/schemas.ts'
import { hashOf } from '../src/tokens/refresh-tokens.ts'
import { build, CITY, PASSWORD, RIVERSIDE } from './helper.ts'

type Service = Awaited<ReturnType<typeof build>>

/** What somebody fills in who was invited, with names that nobody has. */
function form(invitation_code: string, changes: object = {}) {
  const username = `new.${randomUUID().slice(0, 8)}`
  const person = {
    username,
    email: `${username}@example.org`,
    first_name: 'Noor',
    last_name: 'Haddad',
  }
  return { ...person, password: PASSWORD, invitation_code, ...changes }
}

/** What the hospital service tells when it creates a hospital with its first administrator. */
function firstAdmin(code: string, changes: Partial<InvitationCreated> = {}): InvitationCreated {
  return {
    id: randomUUID(),
    hospital_id: RIVERSIDE.id,
    invited_by: randomUUID(),
    code_hash: hashOf(code).toString('hex'),
    username: 'first.admin',
    email: 'first@example.org',
    first_name: 'Ines',
    last_name: 'Prado',
    expires_at: new Date(Date.now() + 60_000).toISOString(),
    ...changes,
  }
}

function systemInvitations(t: Test, { urls }: Service) {
  const logger = createLogger('test', 'silent')
  const pool = { url: urls.systemUrl, poolSize: 2, applicationName: 'test', logger }
  const system = createSystemDatabase<Database>(pool)
  t.teardown(() => system.close())
  return new SystemInvitationRepository(system.db)
}

t.test('POST /api/auth/register with an invitation', async (t) => {
  const service = await build(t)
  const { anonymous, login, signedIn, sql, auditEvents } = service
  const admin = await signedIn({ role: 'admin' })
  const invite = async (role = 'nurse') => {
    const payload = { email: 'invited@example.org', role }
    return (await admin.caller.post('/api/invitations', { payload })).json()
  }
  const register = (payload: object) => anonymous.post('/api/auth/register', { payload })
  const refused = async (t: Test, code: string) => {
    const answer = await register(form(code))
    t.equal(answer.statusCode, 400)
    const { request_id: _, ...body } = answer.json()
    t.match(body, { code: 'validation_failed', errors: [{ pointer: '/invitation_code' }] })
    return JSON.stringify(body)
  }

  await t.test(
    'has the hospital and the role of the invitation, and signs in at once',
    async (t) => {
      const { code, id: invitation } = await invite('doctor')
      const payload = form(code)
      const answer = await register(payload)
      t.equal(answer.statusCode, 201)
      const { id, ...rest } = answer.json()
      const { password, invitation_code: _, ...person } = payload
      t.same(rest, { ...person, hospital_id: CITY.id, role: 'doctor', status: 'active' })
      const { user } = (await login({ username: person.username, password })).json<SignedIn>()
      t.match(user, { id, role: 'doctor', hospital_id: CITY.id })
      const [row] = await sql('select accepted_at, accepted_by from invitation where id = $1', [
        invitation,
      ])
      t.match(row, { accepted_at: Date, accepted_by: id })
      const events = await auditEvents()
      t.match(
        events.find(({ action, entity }) => action === 'user.registered' && entity?.id === id),
        {
          outcome: 'success',
          hospital_id: CITY.id,
        },
      )
      t.equal((await admin.caller.get('/api/invitations')).json().results.length, 0)
    },
  )

  await t.test(
    'unknown, used, withdrawn, over, of a suspended hospital: the same bytes',
    async (t) => {
      const [used, withdrawn, over, suspended] = [
        await invite(),
        await invite(),
        await invite(),
        await invite(),
      ]
      await register(form(used.code))
      await admin.caller.delete(`/api/invitations/${withdrawn.id}`)
      await sql("update invitation set expires_at = now() - interval '1 s' where id = $1", [
        over.id,
      ])
      const bytes = [
        await refused(t, 'unknown'),
        await refused(t, used.code),
        await refused(t, withdrawn.code),
        await refused(t, over.code),
      ]
      await sql('update hospital set is_active = false where hospital_id = $1', [CITY.id])
      bytes.push(await refused(t, suspended.code))
      await sql('update hospital set is_active = true where hospital_id = $1', [CITY.id])
      t.equal(new Set(bytes).size, 1)
    },
  )

  await t.test('into a hospital that is not listed too', async (t) => {
    await sql('update hospital set is_listed = false where hospital_id = $1', [CITY.id])
    t.equal((await register(form((await invite()).code))).statusCode, 201)
    await sql('update hospital set is_listed = true where hospital_id = $1', [CITY.id])
  })

  await t.test('50 at once with one code: one account', async (t) => {
    const { code } = await invite()
    const before = (await sql('select from account')).length
    const answered = async () => {
      const payload = form(code)
      for (;;) {
        const { statusCode } = await register(payload)
        // Sent away by the hashing queue, which says when to try again.
        if (statusCode !== 503) return statusCode
        await sleep(100)
      }
    }
    const statuses = await Promise.all(Array.from({ length: 50 }, answered))
    t.same(statuses.toSorted(), [201, ...Array.from({ length: 49 }, () => 400)])
    t.equal((await sql('select from account')).length, before + 1)
  })

  await t.test('names that are somebody’s leave the invitation open', async (t) => {
    const { code } = await invite()
    const taken = await register(form(code, { username: admin.user.username }))
    t.match(taken.json(), { status: 409, code: 'username_taken' })
    t.equal((await register(form(code, { password: 'short' }))).statusCode, 400)
    t.equal((await register(form(code))).statusCode, 201)
  })

  await t.test('defect 2: nobody chooses more than the invitation gives', async (t) => {
    const { code } = await invite('staff')
    for (const [field, value] of [
      ['role', 'admin'],
      ['status', 'active'],
      ['accepted_by', admin.user.id],
      ['invited_by', admin.user.id],
    ] as const) {
      const answer = await register(form(code, { [field]: value }))
      t.equal(answer.statusCode, 400)
      t.match(answer.json(), { errors: [{ pointer: `/${field}` }] })
    }
    const elsewhere = await register(form(code, { hospital_id: RIVERSIDE.id }))
    t.equal(elsewhere.statusCode, 400)
    t.match(elsewhere.json(), { errors: [{ pointer: '/invitation_code' }] })
    t.equal((await register(form(code))).json().role, 'staff')
    t.same(await sql('select from membership where hospital_id = $1', [RIVERSIDE.id]), [])
  })

  await t.test('one of hospital_id and invitation_code has to be there', async (t) => {
    const { invitation_code: _, ...neither } = form('')
    const answer = await register(neither)
    t.equal(answer.statusCode, 400)
    t.match(answer.json(), { errors: [{ pointer: '/hospital_id', message: 'is required' }] })
  })

  await t.test('an invitation of the hospital itself gives no names', async (t) => {
    const { code } = await invite()
    const answer = await register({ password: PASSWORD, invitation_code: code })
    t.equal(answer.statusCode, 400)
    const pointers = answer.json().errors.map(({ pointer }: { pointer: string }) => pointer)
    t.same(pointers, ['/username', '/email', '/first_name', '/last_name'])
  })

  await t.test('the platform’s gives those that are left out', async (t) => {
    const invitations = systemInvitations(t, service)
    const { code } = newCode()
    await invitations.store(firstAdmin(code))
    const payload = {
      password: PASSWORD,
      invitation_code: code,
      last_name: 'Prado-Lima',
    }
    const answer = await register(payload)
    t.match(answer.json(), {
      username: 'first.admin',
      email: 'first@example.org',
      first_name: 'Ines',
      last_name: 'Prado-Lima',
      hospital_id: RIVERSIDE.id,
      role: 'admin',
      status: 'active',
    })
    t.equal((await login({ username: 'first.admin', password: PASSWORD })).statusCode, 200)
  })

  await t.test('one that arrives while its code is looked for is found', async (t) => {
    const invitations = systemInvitations(t, service)
    const { code } = newCode()
    const hospital_id = randomUUID()
    await sql("insert into hospital (hospital_id, slug, name) values ($1, 'new', 'New')", [
      hospital_id,
    ])
    const answer = register(form(code))
    await invitations.store(firstAdmin(code, { hospital_id }))
    t.equal((await answer).statusCode, 201)
  })
})

t.test('a code that nobody knows is looked for a while, by not too many at once', async (t) => {
  const service = await build(t)
  const { somebody, sql } = service
  const invitations = systemInvitations(t, service)
  const looks = new Map<string, number>()
  const looksFor = (code: string) => looks.get(hashOf(code).toString('hex')) ?? 0
  const desk = new InvitationDesk({
    find: (hash) => {
      const key = hash.toString('hex')
      looks.set(key, (looks.get(key) ?? 0) + 1)
      return invitations.find(hash)
    },
  })
  const refused = (code: string) =>
    t.rejects(desk.find({ invitation_code: code }), { statusCode: 400, code: 'validation_failed' })

  const newCodes = (length: number) => Array.from({ length }, () => newCode().code)
  const codes = newCodes(PATIENCE.waiting)
  const [oneTooMany, used, later] = newCodes(3) as [string, string, string]
  const waiting = codes.map(refused)
  while (codes.some((code) => looksFor(code) < 2)) await sleep(5)
  await refused(oneTooMany)
  t.equal(looksFor(oneTooMany), 1, 'is refused at once')
  await Promise.all(waiting)
  t.same([...new Set(codes.map(looksFor))], [PATIENCE.attempts + 1])

  const { id } = await somebody({ hospital_id: RIVERSIDE.id })
  const known = firstAdmin(used)
  await invitations.store(known)
  await sql('update invitation set accepted_at = now(), accepted_by = $2 where id = $1', [
    known.id,
    id,
  ])
  await refused(used)
  t.equal(looksFor(used), 1, 'nor is a used one looked for twice')
  await refused(later)
  t.equal(looksFor(later), PATIENCE.attempts + 1, 'the places are free again')

  for (const text of ['', 'mistyped', later.slice(1), `${later}x`, ` ${later.slice(1)}`]) {
    await refused(text)
    t.equal(looksFor(text), 0, 'what is no code at all is refused at once')
  }
})

t.test('an invitation is stored once, and removed a month after it is over', async (t) => {
  const service = await build(t)
  const invitations = systemInvitations(t, service)
  const told = firstAdmin('twice')
  await invitations.store(told)
  await invitations.store({ ...told, email: 'changed@example.org' })
  const rows = () => service.sql('select email, role, invited_by from invitation')
  t.same(await rows(), [{ email: told.email, role: 'admin', invited_by: told.invited_by }])
  await invitations.removeOld()
  t.equal((await rows()).length, 1)
  await service.sql("update invitation set expires_at = now() - interval '31 days'")
  await invitations.removeOld()
  t.same(await rows(), [])
})
