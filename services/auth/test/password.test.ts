import { setTimeout as sleep } from 'node:timers/promises'
import pg from 'pg'
import t, { type Test } from 'tap'
import { hashPassword } from '../src/passwords/argon2id.ts'
import type { SignedIn } from '../src/sessions/schemas.ts'
import { build, CITY, claimsOf, PASSWORD, RIVERSIDE } from './helper.ts'

const NEW_PASSWORD = 'a new one: Heron 9 lantern'

t.test('POST /api/auth/password', async (t) => {
  const service = await build(t)
  const { login, refresh, signedIn, somebody, join, sql, as, auditEvents, domainEvents } = service
  const change = (caller: ReturnType<typeof as>, payload: object) =>
    caller.post('/api/auth/password', { payload })
  const right = { current_password: PASSWORD, new_password: NEW_PASSWORD }

  await t.test('all other sessions end, in every hospital; the current one goes on', async (t) => {
    const { id, username, password } = await somebody()
    await join(id, { hospital_id: RIVERSIDE.id, role: 'nurse' })
    const enter = async (hospital_id: string) =>
      (await login({ username, password, hospital_id })).json<SignedIn>()
    const sessions = [await enter(CITY.id), await enter(CITY.id), await enter(RIVERSIDE.id)]
    const [current, ...others] = sessions as [SignedIn, SignedIn, SignedIn]
    const stranger = await signedIn()

    const answer = await change(as(claimsOf(current.access_token)), right)
    t.equal(answer.statusCode, 204)
    t.equal(answer.body, '')
    for (const { refresh_token } of others) t.equal((await refresh(refresh_token)).statusCode, 401)
    t.equal((await refresh(current.refresh_token)).statusCode, 200)
    t.equal((await refresh(stranger.refresh_token)).statusCode, 200)

    const ids = others.map(({ access_token }) => claimsOf(access_token).session_id).sort()
    t.same((await domainEvents()).map(({ session_id }) => session_id).sort(), ids)
    const { revocations } = (await as({ role: 'system' }).get('/internal/revocations')).json()
    t.same(revocations.map((revocation: { id: string }) => revocation.id).sort(), ids)
    const subjects = await sql("select subject from outbox where subject like 'domain.%'")
    t.same(subjects.map(({ subject }: { subject?: string }) => subject?.split('.')[1]).sort(), [
      ...[CITY.id, RIVERSIDE.id].sort(),
    ])
    const rows = await sql('select end_reason from session where ended_at is not null')
    t.same(rows, [{ end_reason: 'password_changed' }, { end_reason: 'password_changed' }])
    const told = await auditEvents()
    t.match(
      told.filter(({ action }) => action === 'auth.password_changed'),
      [{ outcome: 'success', hospital_id: CITY.id, actor: { id }, entity: { type: 'user', id } }],
    )
    const ends = told.filter(({ action }) => action === 'auth.session_ended')
    t.same(ends.map(({ entity }) => entity?.id).sort(), ids)
    t.same(ends.map(({ hospital_id }) => hospital_id).sort(), [CITY.id, RIVERSIDE.id].sort())
    t.equal((await login({ username, password })).statusCode, 401)
    t.equal((await login({ username, password: NEW_PASSWORD })).statusCode, 200)
    t.notMatch(JSON.stringify(await sql('select * from outbox')), /Heron|Kettle|argon2/)
  })

  await t.test('a wrong current password is 400, on record, and changes nothing', async (t) => {
    const { caller, user } = await signedIn()
    const other = await login({ username: user.username, password: PASSWORD })
    const answer = await change(caller, { ...right, current_password: 'not the password' })
    t.equal(answer.statusCode, 400)
    t.match(answer.json(), {
      code: 'validation_failed',
      errors: [{ pointer: '/current_password' }],
    })
    t.match((await auditEvents()).at(-1), {
      action: 'auth.password_changed',
      outcome: 'failure',
      reason: 'wrong_password',
      actor: { id: user.id },
    })
    t.equal((await refresh(other.json<SignedIn>().refresh_token)).statusCode, 200)
    t.equal((await login({ username: user.username, password: PASSWORD })).statusCode, 200)
  })

  await t.test('the new one keeps to the rules, and differs', async (t) => {
    const { caller, user } = await signedIn()
    for (const new_password of ['short', 'qwerty123456', user.username, PASSWORD]) {
      const answer = await change(caller, { ...right, new_password })
      t.equal(answer.statusCode, 400)
      t.match(answer.json(), { code: 'validation_failed', errors: [{ pointer: '/new_password' }] })
      t.notMatch(answer.body, new_password)
    }
  })

  await t.test('closed and bounded', async (t) => {
    const { caller } = await signedIn()
    for (const payload of [
      { new_password: NEW_PASSWORD },
      { ...right, user_id: 'x' },
      { ...right, new_password: 'x'.repeat(129) },
    ]) {
      t.equal((await change(caller, payload)).statusCode, 400)
    }
    t.equal((await change(as({ role: 'doctor' }), right)).statusCode, 401)
  })

  await t.test('of two changes at once one wins, and its sessions are the ones left', async (t) => {
    const { username, password } = await somebody()
    const [one, two] = [await login({ username, password }), await login({ username, password })]
    const callers = [one, two].map((answer) =>
      as(claimsOf(answer.json<SignedIn>().access_token)),
    ) as [ReturnType<typeof as>, ReturnType<typeof as>]
    const answers = await Promise.all([
      change(callers[0], right),
      change(callers[1], { ...right, new_password: `${NEW_PASSWORD}!` }),
    ])
    t.equal(answers.filter(({ statusCode }) => statusCode === 204).length, 1)
    t.ok(answers.every(({ statusCode }) => [204, 400, 503].includes(statusCode)))
    const winner = answers[0].statusCode === 204 ? NEW_PASSWORD : `${NEW_PASSWORD}!`
    t.equal((await login({ username, password: winner })).statusCode, 200)
  })

  await t.test('a login that had checked the old password does not get in after it', async (t) => {
    const { id, username, password } = await somebody()
    const changer = await client(t, service.urls.adminDatabaseUrl)
    await changer.query('begin')
    await changer.query('update account set password_hash = $2 where id = $1', [
      id,
      await hashPassword(NEW_PASSWORD),
    ])
    const late = login({ username, password })
    const waits = 'select from pg_stat_activity where wait_event_type = $1 and datname = $2'
    const [{ name } = { name: '' }] = await sql<{ name: string }>(
      'select current_database() as name',
    )
    while ((await sql(waits, ['Lock', name])).length === 0) await sleep(5)
    await changer.query('commit')
    const answer = await late
    t.equal(answer.statusCode, 503)
    t.equal(answer.headers['retry-after'], '1')
    t.same(await sql('select from session where account_id = $1', [id]), [])
  })
})

async function client(t: Test, connectionString: string): Promise<pg.Client> {
  const made = new pg.Client({ connectionString })
  await made.connect()
  t.teardown(() => made.end())
  return made
}
