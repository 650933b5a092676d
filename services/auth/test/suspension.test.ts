import { randomUUID } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import { natsUrlFor, privateNats } from '@wardstone/cluster/testing'
import { type HospitalEvent, PLATFORM_HOSPITAL_ID } from '@wardstone/contracts'
import { connectNats, ensureStreams } from '@wardstone/events'
import { createLogger, type Logger } from '@wardstone/service'
import { createSystemDatabase, domainEvent } from '@wardstone/tenancy'
import t, { type Test } from 'tap'
import type { Database } from '../src/database/schema.ts'
import { type HospitalEventTargets, hospitalEventHandler } from '../src/hospitals/events.ts'
import { SystemHospitalRepository } from '../src/hospitals/repository.ts'
import { newCode } from '../src/invitations/codes.ts'
import type { SignedIn } from '../src/sessions/schemas.ts'
import { build, CITY, PASSWORD, RIVERSIDE } from './helper.ts'

/** An event of the hospital service about City. */
function cityEvent(version: number, is_active: boolean, changes: Partial<HospitalEvent> = {}) {
  const { id, name, slug } = CITY
  const occurred_at = new Date().toISOString()
  return { id, name, slug, is_active, is_listed: true, version, occurred_at, ...changes }
}

t.test('defect 6: a suspended hospital signs nobody in', async (t) => {
  const natsUrl = await privateNats(t)
  await ensureStreams(natsUrl)
  const service = await build(t, { natsUrl })
  const { login, refresh, signedIn, somebody, as, sql } = service
  const tell = await hospitalService(t, natsUrl)
  const revocations = async () =>
    (await as({ role: 'system' }).get('/internal/revocations')).json().revocations
  const amina = await somebody()
  const enter = () => login({ username: amina.username, password: PASSWORD })
  const first = (await enter()).json<SignedIn>()
  const elsewhere = await signedIn({ hospital_id: RIVERSIDE.id })

  await t.test('a suspension ends every session of the hospital and of no other', async (t) => {
    await tell('hospital.suspended', cityEvent(2, false))
    await until(async () => (await revocations()).length > 0)
    t.match(await revocations(), [{ kind: 'hospital', id: CITY.id }])
    t.same(
      await sql('select from session where hospital_id = $1 and ended_at is null', [CITY.id]),
      [],
    )
    const refused = await refresh(first.refresh_token)
    t.equal(refused.statusCode, 403)
    t.equal(refused.json().code, 'hospital_suspended')
    t.equal((await refresh(elsewhere.refresh_token)).statusCode, 200)
  })

  await t.test('nobody signs in or registers while it lasts', async (t) => {
    const refused = await enter()
    t.equal(refused.statusCode, 403)
    t.equal(refused.json().code, 'hospital_suspended')
    t.match((await service.auditEvents()).at(-1), {
      action: 'auth.login_failed',
      outcome: 'denied',
      reason: 'hospital_suspended',
      hospital_id: CITY.id,
      actor: { id: amina.id },
    })
    t.equal((await login({ username: amina.username, password: 'wrong one' })).statusCode, 401)
  })

  await t.test('reactivated: people sign in again, old sessions stay dead', async (t) => {
    await tell('hospital.reactivated', cityEvent(3, true))
    await until(async () => (await enter()).statusCode === 200)
    t.equal((await refresh(first.refresh_token)).statusCode, 401)
    const second = (await enter()).json<SignedIn>()
    t.equal((await refresh(second.refresh_token)).statusCode, 200)
  })

  await t.test('late and repeated events change nothing', async (t) => {
    const before = (await enter()).json<SignedIn>()
    const longAgo = new Date(Date.now() - 60_000).toISOString()
    await tell('hospital.suspended', cityEvent(2, false, { occurred_at: longAgo }))
    await tell('hospital.updated', cityEvent(4, true, { name: 'City Hospital' }))
    await until(async () => (await enter()).json<SignedIn>().user.hospital_name === 'City Hospital')
    t.equal((await refresh(before.refresh_token)).statusCode, 200)
  })

  await t.test('a new hospital takes registrations as soon as it is told', async (t) => {
    const id = randomUUID()
    await tell('hospital.created', cityEvent(1, true, { id, slug: 'new', name: 'New' }))
    await until(async () => (await sql('select from hospital where hospital_id = $1', [id])).length)
    t.pass()
  })

  await t.test(
    'the first administrator of a new hospital registers with its invitation',
    async (t) => {
      const id = randomUUID()
      const { code, code_hash } = newCode()
      const invitation = {
        ...{ id: randomUUID(), hospital_id: id, invited_by: randomUUID() },
        code_hash: code_hash.toString('hex'),
        ...{ username: 'ines', email: 'ines@example.org', first_name: 'Ines', last_name: 'Prado' },
        expires_at: new Date(Date.now() + 60_000).toISOString(),
      }
      await tell('hospital.created', cityEvent(1, true, { id, slug: 'newest', name: 'Newest' }))
      for (const _ of ['told', 'told again']) await tell('invitation.created', invitation)
      await until(async () => (await sql('select from invitation')).length)
      const payload = { password: PASSWORD, invitation_code: code }
      const answer = await service.anonymous.post('/api/auth/register', { payload })
      t.match(answer.json(), { username: 'ines', hospital_id: id, role: 'admin', status: 'active' })
      const { user } = (await login({ username: 'ines', password: PASSWORD })).json<SignedIn>()
      t.match(user, { role: 'admin', hospital_name: 'Newest' })
      t.equal((await sql('select from invitation')).length, 1)
    },
  )

  await t.test('what is no hospital event is put away, the next one counts', async (t) => {
    await tell('hospital.updated', { id: 'city' })
    await tell('hospital.updated', cityEvent(5, true, { name: 'City again' }))
    await until(async () => (await enter()).json<SignedIn>().user.hospital_name === 'City again')
    t.pass()
  })
})

t.test('news of doctors are passed over, what is no news of a hospital is put away', async (t) => {
  const put: unknown[] = []
  const logger = { error: (what: unknown) => put.push(what) } as unknown as Logger
  const untouched = {} as HospitalEventTargets
  const handle = hospitalEventHandler(untouched, logger)
  const message = (event: string, index: number) => ({
    id: String(index),
    subject: `domain.${CITY.id}.hospital.${event}`,
    payload: Buffer.from(JSON.stringify({ id: randomUUID(), version: 1 })),
  })
  const messages = ['doctor.created', 'doctor.updated', 'hospital.updated'].map(message)
  await handle(messages as never)
  t.match(put, [{ id: '2', subject: `domain.${CITY.id}.hospital.hospital.updated` }])
  t.equal(put.length, 1)
})

t.test('a login at the moment of a suspension does not outlive it', async (t) => {
  const { login, somebody, refresh, sql, urls } = await build(t)
  const logger = createLogger('test', 'silent')
  const system = createSystemDatabase<Database>({
    url: urls.systemUrl,
    poolSize: 2,
    applicationName: 'test',
    logger,
  })
  t.teardown(() => system.close())
  const hospitals = new SystemHospitalRepository(system.db, 600)
  const { username, password } = await somebody()
  const open = () =>
    sql('select from session where hospital_id = $1 and ended_at is null', [CITY.id])

  let version = 1
  let ended = 0
  for (let round = 0; round < 10; round += 1) {
    const logins = Array.from({ length: 10 }, () => login({ username, password }))
    await (round % 2 ? Promise.race(logins) : sleep(10 + round * 3))
    version += 1
    await hospitals.apply(cityEvent(version, false))
    const answers = await Promise.all(logins)
    t.same(await open(), [], `round ${round}`)
    const entered = answers.filter(({ statusCode }) => statusCode === 200)
    ended += entered.length
    for (const answer of entered) {
      t.equal((await refresh(answer.json<SignedIn>().refresh_token)).statusCode, 403)
    }
    t.ok(answers.every(({ statusCode }) => [200, 403, 503].includes(statusCode)))
    version += 1
    await hospitals.apply(cityEvent(version, true))
  }
  t.ok(ended > 0 && ended < 100, `${ended} of 100 came before`)

  await t.test('an old suspension ends older sessions even after newer news', async (t) => {
    const { refresh_token } = (await login({ username, password })).json<SignedIn>()
    await hospitals.apply(cityEvent(1, false))
    t.same(await open(), [])
    t.equal((await refresh(refresh_token)).statusCode, 401)
    t.equal((await login({ username, password })).statusCode, 200)
  })

  await t.test('the platform is never suspended with a hospital', async (t) => {
    const admin = await somebody({ hospital_id: PLATFORM_HOSPITAL_ID, role: 'platform_admin' })
    await hospitals.apply(cityEvent(version + 1, false))
    t.equal((await login({ username: admin.username, password })).statusCode, 200)
  })
})

/** Tells events on NATS as the hospital service does. */
async function hospitalService(t: Test, natsUrl: string) {
  const logger = createLogger('hospital', 'silent')
  const nats = connectNats({ url: natsUrlFor(natsUrl, 'hospital'), name: 'hospital', logger })
  t.teardown(() => nats.close())
  await until(() => nats.isUp())
  return async (type: Parameters<typeof domainEvent>[2], payload: { id: string }) => {
    const { id, subject } = domainEvent('hospital', CITY.id, type, payload)
    await nats.connection?.jetstream().publish(subject, JSON.stringify(payload), { msgID: id })
  }
}

async function until(check: () => unknown): Promise<void> {
  const end = Date.now() + 10_000
  while (!(await check())) {
    if (Date.now() > end) throw new Error(`not within 10 s: ${check}`)
    await sleep(20)
  }
}
