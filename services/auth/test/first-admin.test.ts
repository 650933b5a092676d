import { randomUUID } from 'node:crypto'
import { PLATFORM_HOSPITAL_ID } from '@wardstone/contracts'
import t from 'tap'
import type { SignedIn } from '../src/sessions/schemas.ts'
import { build, CITY, PASSWORD, RIVERSIDE } from './helper.ts'

const admin = {
  username: 'ines',
  email: 'ines@example.org',
  first_name: 'Ines',
  last_name: 'Prado',
}

t.test('a hospital whose first administrator never came in is not lost', async (t) => {
  const service = await build(t)
  const { anonymous, signedIn, login, sql, auditEvents } = service
  const platform = await signedIn({ hospital_id: PLATFORM_HOSPITAL_ID, role: 'platform_admin' })
  const invite = (changes: object = {}) =>
    platform.caller.post('/api/invitations/first-admin', {
      payload: { hospital_id: CITY.id, admin, ...changes },
    })
  const register = (invitation_code: string, names: object = {}) =>
    anonymous.post('/api/auth/register', {
      payload: { invitation_code, password: PASSWORD, ...names },
    })
  const codes: string[] = []

  await t.test('the platform invites again, on the hospital’s record', async (t) => {
    for (const _ of ['lost', 'found']) {
      const answer = await invite()
      t.equal(answer.statusCode, 201)
      t.match(answer.json(), { email: admin.email, role: 'admin' })
      codes.push(answer.json().code)
      const invited = (await auditEvents()).filter(({ action }) => action === 'user.invited')
      t.match(invited.at(-1), {
        action: 'user.invited',
        outcome: 'success',
        hospital_id: CITY.id,
        actor: { id: platform.user.id, role: 'platform_admin' },
        entity: { type: 'invitation', id: answer.json().id },
      })
    }
    const withdrawn = (await auditEvents()).filter(
      ({ action }) => action === 'user.invitation_withdrawn',
    )
    t.match(withdrawn, [{ hospital_id: CITY.id, actor: { id: platform.user.id } }])
  })

  await t.test('the invitation before is good no more, the newest one is', async (t) => {
    const [lost = '', found = ''] = codes
    t.match((await register(lost)).json(), { errors: [{ pointer: '/invitation_code' }] })
    t.match((await register(found)).json(), { username: 'ines', role: 'admin', status: 'active' })
    const { user } = (await login({ username: 'ines', password: PASSWORD })).json<SignedIn>()
    t.match(user, { hospital_id: CITY.id, role: 'admin' })
  })

  await t.test('once it has one, nobody from outside gets in: 409, on record', async (t) => {
    const answer = await invite()
    t.match(answer.json(), { status: 409, code: 'has_admin' })
    t.match((await auditEvents()).at(-1), {
      action: 'user.invited',
      outcome: 'failure',
      reason: 'has_admin',
      hospital_id: CITY.id,
    })
    t.equal((await invite({ hospital_id: RIVERSIDE.id })).statusCode, 201)
  })

  await t.test('an invitation made before, and kept, opens no hospital that has one', async (t) => {
    const { code } = (await invite({ hospital_id: RIVERSIDE.id })).json()
    const first = await signedIn({ hospital_id: RIVERSIDE.id, role: 'admin' })
    const kept = { username: 'late', email: 'late@example.org' }
    t.match((await register(code, kept)).json(), { errors: [{ pointer: '/invitation_code' }] })
    t.equal((await first.caller.get('/api/users')).json().results.length, 1)
  })

  await t.test('an unknown hospital, and the platform itself, are 404', async (t) => {
    for (const hospital_id of [randomUUID(), PLATFORM_HOSPITAL_ID]) {
      t.match((await invite({ hospital_id })).json(), { status: 404, code: 'not_found' })
      t.match((await auditEvents()).at(-1), { reason: 'not_found', hospital_id: null })
    }
    t.same(await sql('select from invitation where hospital_id = $1', [PLATFORM_HOSPITAL_ID]), [])
  })

  await t.test('no member of a hospital may', async (t) => {
    const member = await signedIn({ role: 'admin' })
    const payload = { hospital_id: CITY.id, admin }
    const answer = await member.caller.post('/api/invitations/first-admin', { payload })
    t.match(answer.json(), { status: 403, code: 'forbidden' })
  })
})
