import { randomUUID } from 'node:crypto'
import { accessClaims, natsUrlFor, privateNats, Signer } from '@wardstone/cluster/testing'
import { domainSubject, type MembershipChanged } from '@wardstone/contracts'
import { ensureStreams } from '@wardstone/events'
import { connect } from 'nats'
import t from 'tap'
import { Revocations } from '../src/revocations.ts'
import { CITY, eventually, RIVERSIDE, startGateway, type TestGateway } from './helper.ts'

const soon = () => new Date(Date.now() + 600_000).toISOString()

const changed = (changes: Partial<MembershipChanged>): MembershipChanged => ({
  account_id: randomUUID(),
  hospital_id: CITY,
  version: 2,
  expires_at: soon(),
  ...changes,
})

const statusOf = async ({ get }: TestGateway, token: string) =>
  (await get('/api/patients', { authorization: `Bearer ${token}` })).status

t.test(
  'over NATS every gateway refuses the tokens of what a membership was, within a second',
  async (t) => {
    const url = await privateNats(t)
    await ensureStreams(url)
    const { username, password, host } = new URL(url)
    const nats = await connect({ servers: host, user: username, pass: password })
    t.teardown(() => nats.close())
    const signer = new Signer()
    const NATS_URL = natsUrlFor(url, 'gateway')
    const gateways = [
      await startGateway(t, { NATS_URL }, signer),
      await startGateway(t, { NATS_URL }, signer),
    ]
    for (const { get } of gateways) {
      await eventually(async () => {
        const { parts } = (await (await get('/ready')).json()) as { parts: { nats: string } }
        return parts.nats === 'up'
      })
    }
    const account_id = randomUUID()
    const tokenOf = (membership_version: number, hospital_id = CITY, sub = account_id) =>
      signer.token({ sub, hospital_id, membership_version })
    const [before, after, next] = [tokenOf(1), tokenOf(2), tokenOf(3)]
    const untouched = {
      'another hospital': tokenOf(1, RIVERSIDE),
      'another person': tokenOf(1, CITY, randomUUID()),
    }
    const at = (token: string) => Promise.all(gateways.map((gateway) => statusOf(gateway, token)))
    const tell = (change: unknown) =>
      nats.publish(
        domainSubject(CITY, 'auth', 'membership.changed'),
        typeof change === 'string' ? change : JSON.stringify(change),
      )
    const refused = (token: string) => async () =>
      (await at(token)).every((status) => status === 401)
    for (const token of [before, after, next, ...Object.values(untouched)])
      t.same(await at(token), [200, 200])

    tell('not json')
    tell({ account_id })
    tell({ ...changed({ account_id }), version: '2' })
    tell(changed({ account_id, version: 2 }))
    t.ok((await eventually(refused(before))) < 1000)
    t.same(await at(after), [200, 200], 'the token of what it is now is good')

    tell(changed({ account_id, version: 3 }))
    t.ok((await eventually(refused(after))) < 1000)
    tell(changed({ account_id, version: 2 }))
    tell(changed({ account_id, version: 1 }))
    await nats.flush()
    const other = randomUUID()
    const last = tokenOf(1, CITY, other)
    tell(changed({ account_id: other }))
    await eventually(refused(last))
    t.same(await at(next), [200, 200], 'late and lower versions take nothing away')
    t.same(await at(after), [401, 401], 'nor give anything back')
    for (const [what, token] of Object.entries(untouched)) t.same(await at(token), [200, 200], what)
    const denied = await gateways[0]?.get('/api/patients', { authorization: `Bearer ${before}` })
    t.match(await denied?.json(), { status: 401, code: 'unauthenticated' })
  },
)

t.test('without NATS every gateway asks, and knows within 15 s', async (t) => {
  const signer = new Signer()
  const gateways = [await startGateway(t, {}, signer), await startGateway(t, {}, signer)]
  const account_id = randomUUID()
  const [before, after] = [1, 2].map((membership_version) =>
    signer.token({ sub: account_id, hospital_id: CITY, membership_version }),
  ) as [string, string]
  const at = (token: string) => Promise.all(gateways.map((gateway) => statusOf(gateway, token)))
  t.same(await at(before), [200, 200])
  const { account_id: id, ...change } = changed({ account_id })
  for (const { upstreams } of gateways) {
    upstreams.auth.answers.set('/internal/revocations', () => ({
      revocations: [{ kind: 'membership', id, ...change }],
    }))
  }
  await eventually(async () => (await at(before)).every((status) => status === 401), 15_000)
  t.same(await at(after), [200, 200])
})

t.test('what was learned of memberships, in any order', async (t) => {
  const account_id = randomUUID()
  const refusal = (revocations: Revocations, changes: object) =>
    revocations.refusalOf(accessClaims({ sub: account_id, hospital_id: CITY, ...changes }) as never)
  const dead = 'membership changed'

  await t.test('the greatest version decides, however it was told', async (t) => {
    const revocations = new Revocations()
    const { account_id: id, ...change } = changed({ account_id, version: 5 })
    revocations.changeMembership(changed({ account_id, version: 4 }))
    revocations.addRevocations([{ kind: 'membership', id, ...change }])
    revocations.changeMembership(changed({ account_id, version: 3 }))
    revocations.addRevocations([{ kind: 'membership', id, ...change, version: 2 }])
    revocations.addRevocations([])
    for (const membership_version of [1, 2, 3, 4])
      t.equal(refusal(revocations, { membership_version }), dead)
    for (const membership_version of [5, 6])
      t.equal(refusal(revocations, { membership_version }), undefined)
    t.equal(refusal(revocations, { membership_version: 1, hospital_id: RIVERSIDE }), undefined)
    t.equal(refusal(revocations, { membership_version: 1, hospital_id: null }), undefined)
    t.equal(refusal(revocations, { membership_version: 1, sub: randomUUID() }), undefined)
  })

  await t.test('the platform’s own is one too, with the glass broken as well', async (t) => {
    const revocations = new Revocations()
    revocations.changeMembership(changed({ account_id, hospital_id: null }))
    const platform = { role: 'platform_admin', hospital_id: null, hospital_name: null }
    const opened = {
      role: 'break_glass',
      break_glass: { id: randomUUID(), reason_code: 'HOPERAT', patient_id: null },
    }
    for (const claims of [platform, opened]) {
      t.equal(refusal(revocations, { ...claims, membership_version: 1 }), dead)
      t.equal(refusal(revocations, { ...claims, membership_version: 2 }), undefined)
    }
    t.equal(refusal(revocations, { role: 'doctor', membership_version: 1 }), undefined)
  })

  await t.test('what is over is forgotten, and not before', async (t) => {
    const revocations = new Revocations()
    const over = new Date(Date.now() - 1).toISOString()
    revocations.changeMembership(changed({ account_id, expires_at: over }))
    const other = randomUUID()
    revocations.changeMembership(changed({ account_id: other }))
    t.equal(refusal(revocations, {}), dead, 'until the services are asked the next time')
    revocations.addRevocations([])
    t.equal(refusal(revocations, {}), undefined)
    t.equal(refusal(revocations, { sub: other }), dead)
  })
})
