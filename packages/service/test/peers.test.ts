import { randomUUID } from 'node:crypto'
import type { AddressInfo } from 'node:net'
import { Type } from '@sinclair/typebox'
import { TEST_IDENTITY_KEY, TEST_PEER_KEY, testIdentity } from '@wardstone/cluster/testing'
import t from 'tap'
import { PeerClient } from '../src/index.ts'
import { build } from './helper.ts'

const HOSPITAL = randomUUID()
const CLAIMS = { iss: 'wardstone-appointment' } as const

t.test('a service that may ask', async (t) => {
  const { app, handled } = await build(t, { peers: { appointment: TEST_PEER_KEY } }, (app) => {
    app.get(
      '/internal/things',
      {
        config: { permission: 'system.references.read', peers: ['appointment'] },
        schema: { response: { 200: Type.Object({ hospital_id: Type.String() }) } },
      },
      ({ identity }) => ({ hospital_id: String(identity.hospital_id) }),
    )
    app.get(
      '/internal/gateways-own',
      {
        config: { permission: 'system.suspensions.read' },
        schema: { response: { 200: Type.Object({}) } },
      },
      () => ({}),
    )
  })
  const status = async (
    url: string,
    caller: object = {},
    claims: object = CLAIMS,
    key = TEST_PEER_KEY,
  ) => {
    const username = 'wardstone-appointment'
    const who = { role: 'system', username, hospital_id: HOSPITAL, ...caller } as const
    const headers = testIdentity(who, { service: 'patient', method: 'GET', url, key, claims })
    return (await app.inject({ url, headers })).statusCode
  }

  await t.test('is believed where it is expected, of the hospital it names', async (t) => {
    t.equal(await status('/internal/things'), 200)
    t.equal(await status('/internal/things', {}, {}, TEST_IDENTITY_KEY), 200, 'and the gateway')
  })
  await t.test('is nobody elsewhere', async (t) => {
    t.equal(await status('/internal/gateways-own'), 401)
    t.equal(await status('/internal/gateways-own', {}, {}, TEST_IDENTITY_KEY), 200)
    t.equal(await status('/api/things'), 401)
    t.equal(await status('/api/things', { role: 'admin' }), 401)
    t.equal(await status('/api/public'), 401)
  })
  await t.test('speaks for no person and for one hospital', async (t) => {
    t.equal(await status('/internal/things', { role: 'admin' }), 401)
    t.equal(await status('/internal/things', { user_id: randomUUID() }), 401)
    t.equal(await status('/internal/things', { hospital_id: null }), 401)
    t.equal(await status('/internal/things', { username: 'wardstone-audit' }), 401)
  })
  await t.test('cannot say that it is the gateway, nor another service', async (t) => {
    t.equal(await status('/internal/things', {}, {}), 401, 'the gateway’s name, its own key')
    t.equal(await status('/internal/things', {}, { iss: 'wardstone-audit' }), 401)
    t.equal(await status('/internal/things', {}, CLAIMS, TEST_IDENTITY_KEY), 401)
  })
  await t.test('asks by its client', async (t) => {
    await app.listen({ host: '127.0.0.1', port: 0 })
    const url = `http://127.0.0.1:${(app.server.address() as AddressInfo).port}`
    const options = { name: 'appointment', peer: 'patient', url } as const
    const client = new PeerClient({ ...options, key: TEST_PEER_KEY })
    const stranger = new PeerClient({ ...options, key: TEST_IDENTITY_KEY })
    t.teardown(() => Promise.all([client.close(), stranger.close()]))
    const context = { hospital_id: HOSPITAL }
    t.same(await client.getJson('/internal/things', context), { hospital_id: HOSPITAL })
    await t.rejects(stranger.getJson('/internal/things', context), /answered 401/)
    await t.rejects(client.getJson('/internal/nothing?ids=1', context), {
      message: 'patient answered 401 to /internal/nothing.',
    })
  })
  t.same(handled, [], 'nothing else was handled')
})
