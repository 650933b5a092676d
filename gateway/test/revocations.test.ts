import { randomUUID } from 'node:crypto'
import { accessClaims, natsUrlFor, privateNats, stoppableNats } from '@wardstone/cluster/testing'
import { domainSubject, type HospitalEvent } from '@wardstone/contracts'
import { ensureStreams } from '@wardstone/events'
import { connect, type NatsConnection } from 'nats'
import t from 'tap'
import { Revocations } from '../src/revocations.ts'
import { CITY, eventually, RIVERSIDE, startGateway, type TestGateway } from './helper.ts'

const soon = () => new Date(Date.now() + 600_000).toISOString()
const now = () => new Date().toISOString()

/** A connection that may publish what the auth and hospital services do. */
async function publisher(url: string): Promise<NatsConnection> {
  const { username, password, host } = new URL(url)
  return connect({ servers: host, user: username, pass: password })
}

function hospitalEvent(changes: Partial<HospitalEvent>): HospitalEvent {
  return {
    id: CITY,
    slug: 'city',
    name: 'City',
    is_active: false,
    is_listed: true,
    version: 2,
    occurred_at: now(),
    ...changes,
  }
}

const statusOf = async ({ get }: TestGateway, token: string) =>
  (await get('/api/patients', { authorization: `Bearer ${token}` })).status

t.test('over NATS a session and a hospital end within a second', async (t) => {
  const url = await privateNats(t)
  await ensureStreams(url)
  const nats = await publisher(url)
  t.teardown(() => nats.close())
  const gateway = await startGateway(t, { NATS_URL: natsUrlFor(url, 'gateway') })
  await eventually(async () => {
    const { parts } = (await (await gateway.get('/ready')).json()) as { parts: { nats: string } }
    return parts.nats === 'up'
  })
  const sid = randomUUID()
  const ended = gateway.signer.token({ sid, hospital_id: CITY })
  const city = gateway.signer.token({ hospital_id: CITY, iat: Math.floor(Date.now() / 1000) - 5 })
  const riverside = gateway.signer.token({ hospital_id: RIVERSIDE })
  for (const token of [ended, city, riverside]) t.equal(await statusOf(gateway, token), 200)

  const revoked = { session_id: sid, revoked_at: now(), expires_at: soon() }
  nats.publish(domainSubject(CITY, 'auth', 'session.revoked'), JSON.stringify(revoked))
  t.ok((await eventually(async () => (await statusOf(gateway, ended)) === 401)) < 1000, 'logout')
  t.equal(await statusOf(gateway, city), 200, 'only that session')

  const subject = domainSubject(CITY, 'hospital', 'hospital.suspended')
  nats.publish(subject, 'not json')
  nats.publish(subject, JSON.stringify({ id: CITY }))
  nats.publish(subject, JSON.stringify(hospitalEvent({ version: 2 })))
  t.ok((await eventually(async () => (await statusOf(gateway, city)) === 401)) < 1000, 'suspension')
  t.equal(await statusOf(gateway, riverside), 200, 'only that hospital')

  const back = hospitalEvent({ version: 3, is_active: true })
  nats.publish(domainSubject(CITY, 'hospital', 'hospital.reactivated'), JSON.stringify(back))
  const later = gateway.signer.token({ hospital_id: CITY, iat: Math.floor(Date.now() / 1000) + 1 })
  await eventually(async () => (await statusOf(gateway, later)) === 200)
  t.equal(await statusOf(gateway, city), 401, 'what was issued before stays dead')
})

t.test('without NATS the services are asked, and that is enough', async (t) => {
  const gateway = await startGateway(t)
  const sid = randomUUID()
  const ended = gateway.signer.token({ sid })
  const city = gateway.signer.token({ hospital_id: CITY })
  for (const token of [ended, city]) t.equal(await statusOf(gateway, token), 200)
  gateway.upstreams.auth.answers.set('/internal/revocations', () => ({
    revocations: [{ kind: 'session', id: sid, revoked_at: now(), expires_at: soon() }],
  }))
  gateway.upstreams.hospital.answers.set('/internal/suspensions', () => ({
    suspended: [{ hospital_id: CITY, suspended_at: now() }],
  }))
  await eventually(async () => (await statusOf(gateway, ended)) === 401, 6000)
  t.equal(await statusOf(gateway, city), 401)
  t.equal(await statusOf(gateway, gateway.signer.token({ hospital_id: RIVERSIDE })), 200)
})

t.test('a NATS that comes and goes is followed', async (t) => {
  const servers = await stoppableNats(t)
  await ensureStreams(servers.natsUrl)
  const gateway = await startGateway(t, { NATS_URL: natsUrlFor(servers.natsUrl, 'gateway') })
  await servers.stopNats()
  t.equal(await statusOf(gateway, gateway.signer.token()), 200)
  await servers.startNats()
  const sid = randomUUID()
  const token = gateway.signer.token({ sid })
  t.equal(await statusOf(gateway, token), 200)
  const nats = await publisher(servers.natsUrl)
  t.teardown(() => nats.close())
  await eventually(async () => {
    const revoked = { session_id: sid, revoked_at: now(), expires_at: soon() }
    nats.publish(domainSubject(null, 'auth', 'session.revoked'), JSON.stringify(revoked))
    return (await statusOf(gateway, token)) === 401
  })
})

t.test('what was learned, in any order', async (t) => {
  const at = (offset: number) => new Date(Date.now() + offset).toISOString()
  const claims = (changes: object) => accessClaims({ hospital_id: CITY, ...changes }) as never
  const old = claims({ iat: Math.floor(Date.now() / 1000) - 60 })

  const late = new Revocations()
  late.changeHospital(hospitalEvent({ version: 3, is_active: true, occurred_at: at(0) }))
  late.changeHospital(hospitalEvent({ version: 2, is_active: false, occurred_at: at(-10) }))
  t.equal(late.refusalOf(old), undefined, 'an older event changes nothing')

  const stale = new Revocations()
  const asked = Date.now() - 100
  stale.changeHospital(hospitalEvent({ version: 2, is_active: false, occurred_at: at(-1000) }))
  stale.replaceSuspensions([], asked)
  t.equal(stale.refusalOf(old), 'hospital suspended', 'an answer from before the event is not news')
  stale.replaceSuspensions([], Date.now() + 1)
  t.equal(stale.refusalOf(old), 'hospital sessions ended', 'one from after it is')
  t.equal(stale.refusalOf(claims({ iat: Math.floor(Date.now() / 1000) + 1 })), undefined)

  const sessions = new Revocations()
  const { sid } = claims({}) as { sid: string }
  sessions.endSession({ session_id: sid, revoked_at: at(0), expires_at: at(-1) })
  sessions.addRevocations([
    { kind: 'hospital', id: CITY, revoked_at: at(-30_000), expires_at: soon() },
  ])
  t.equal(sessions.refusalOf(claims({ sid })), undefined, 'an entry that is over is forgotten')
  t.equal(sessions.refusalOf(old), 'hospital sessions ended')
  t.equal(sessions.refusalOf(claims({ hospital_id: null, iat: 1 })), undefined)
})

t.test('two tokens of one second are told apart by their ids', async (t) => {
  const second = Math.floor(Date.now() / 1000)
  const v7 = (ms: number) => {
    const hex = ms.toString(16).padStart(12, '0')
    return `${hex.slice(0, 8)}-${hex.slice(8)}-7000-8000-000000000000`
  }
  const issued = (ms: number) =>
    accessClaims({ hospital_id: CITY, iat: second, jti: v7(second * 1000 + ms) }) as never
  const revocations = new Revocations()
  const occurred_at = new Date(second * 1000 + 500).toISOString()
  revocations.changeHospital(hospitalEvent({ version: 2, occurred_at }))
  revocations.changeHospital(hospitalEvent({ version: 3, is_active: true, occurred_at }))
  t.equal(revocations.refusalOf(issued(499)), 'hospital sessions ended')
  t.equal(revocations.refusalOf(issued(501)), undefined)
  const misdated = accessClaims({ hospital_id: CITY, iat: second, jti: v7(second * 1000 + 5000) })
  t.equal(revocations.refusalOf(misdated as never), 'hospital sessions ended')
})

t.test('a token issued before auth had heard of the suspension is dead after it too', async (t) => {
  const revocations = new Revocations()
  const at = (second: number) => new Date(1_800_000_000_000 + second * 1000).toISOString()
  const issued = (second: number) =>
    accessClaims({ hospital_id: CITY, jti: randomUUID(), iat: 1_800_000_000 + second }) as never
  revocations.changeHospital(hospitalEvent({ version: 2, occurred_at: at(0) }))
  t.equal(revocations.refusalOf(issued(1)), 'hospital suspended')
  revocations.changeHospital(hospitalEvent({ version: 3, is_active: true, occurred_at: at(2) }))
  t.equal(revocations.refusalOf(issued(1)), 'hospital sessions ended')
  t.equal(revocations.refusalOf(issued(3)), undefined)
})
