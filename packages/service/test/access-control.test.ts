import { randomUUID } from 'node:crypto'
import { Type } from '@sinclair/typebox'
import t from 'tap'
import { createService, type Service } from '../src/index.ts'
import { build } from './helper.ts'

const response = { 200: Type.Object({}) }

t.test('a route that does not say who may call it stops the boot', async (t) => {
  const declare = async (add: (app: Service) => void) => {
    const app = await createService({
      name: 'patient',
      config: { HOST: '', PORT: 0, LOG_LEVEL: 'silent', IDENTITY_KEY: 'k'.repeat(43) },
      parts: {},
      recordAudit: async () => {},
    })
    t.teardown(() => app.close())
    add(app)
  }
  const config = { permission: 'patient.read' } as const
  const handler = () => ({})
  await t.rejects(
    declare((app) => app.get('/a', { schema: { response } }, handler)),
    /GET \/a must declare either a permission or public: true/,
  )
  await t.rejects(
    declare((app) =>
      app.get('/b', { config: { ...config, public: true }, schema: { response } }, handler),
    ),
    /must declare either/,
  )
  await t.rejects(
    declare((app) =>
      app.get(
        '/c',
        { config: { permission: 'patient.raed' as never }, schema: { response } },
        handler,
      ),
    ),
    /unknown permission patient\.raed/,
  )
  await t.rejects(
    declare((app) => app.get('/d', { config }, handler)),
    /must declare its response schema/,
  )
  await t.rejects(
    declare((app) =>
      app.post('/e', { config, schema: { body: Type.Object({}), response } }, handler),
    ),
    /schema of its body must set additionalProperties: false/,
  )
  await t.rejects(
    declare((app) =>
      app.post('/g', { config: { public: true, idempotent: true }, schema: { response } }, handler),
    ),
    /POST \/g is idempotent: true for who has a permission, by_body for anybody/,
  )
  await t.resolves(
    declare((app) => app.get('/f', { config: { public: true }, schema: { response } }, handler)),
  )
})

t.test('who may do what', async (t) => {
  const { as, audit, handled } = await build(t)

  await t.test('a role without the permission: 403, on record before the answer', async (t) => {
    const answer = await as({ role: 'nurse' }).delete('/api/things/1')
    t.match(answer.json(), { status: 403, code: 'forbidden' })
    t.match(audit.at(-1), {
      action: 'access.denied',
      outcome: 'denied',
      reason: 'lacks patient.deactivate',
    })
    t.equal((await as({ role: 'admin' }).delete('/api/things/1')).statusCode, 200)
  })

  await t.test('under a broken glass a role may look, and not act for its person', async (t) => {
    const break_glass = { id: randomUUID(), reason_code: 'ETREAT', patient_id: null } as const
    const admin = as({ role: 'admin', break_glass })
    t.equal((await admin.get('/api/things')).statusCode, 200)
    const answer = await admin.get('/api/own')
    t.match(answer.json(), { status: 403, code: 'forbidden' })
    t.match(audit.at(-1), {
      reason: 'lacks account.self',
      break_glass: { id: break_glass.id, reason_code: 'ETREAT' },
    })
    t.equal((await as({ role: 'admin' }).get('/api/own')).statusCode, 200)
  })

  await t.test('nobody without a hospital gets into one', async (t) => {
    const answer = await as({ role: 'platform_admin' }).get('/api/things')
    t.match(answer.json(), { code: 'no_hospital_context', detail: 'No hospital context found' })
    for (const role of ['anonymous', 'system'] as const) {
      t.equal((await as({ role }).get('/api/things')).statusCode, 403, role)
    }
  })

  await t.test('another hospital in query or body: 403 before validation, on record', async (t) => {
    const hospital_id = randomUUID()
    const admin = as({ role: 'admin', hospital_id })
    const other = randomUUID()
    for (const answer of [
      await admin.get(`/api/things?hospital_id=${other}`),
      await admin.post('/api/things', { payload: { hospital_id: other } }),
      await admin.post('/api/things', { payload: { hospital_id: null, name: 'x' } }),
      await admin.get(`/api/things?hospital_id=${hospital_id}&hospital_id=${other}`),
    ]) {
      t.match(answer.json(), { status: 403, code: 'hospital_mismatch' })
      t.match(audit.at(-1), { action: 'security.hospital_mismatch', hospital_id })
    }
    const own = await admin.post('/api/things', { payload: { name: 'x', hospital_id } })
    t.match(own.json(), { status: 400, errors: [{ pointer: '/hospital_id' }] })
  })

  await t.test('a public route takes the gateway’s anonymous caller only', async (t) => {
    handled.length = 0
    t.equal((await as({ role: 'anonymous' }).get('/api/public')).statusCode, 200)
  })
})

t.test('a denial that cannot be recorded is not answered as one', async (t) => {
  const { as } = await build(t, {
    recordAudit: async () => {
      throw Object.assign(new Error('no database'), { statusCode: 500 })
    },
  })
  t.equal((await as({ role: 'nurse' }).delete('/api/things/1')).statusCode, 500)
})

t.test('nor lets anybody pass because nothing is said of the failure', async (t) => {
  const { as, handled } = await build(t, { recordAudit: () => Promise.reject(undefined) })
  t.equal((await as({ role: 'nurse' }).delete('/api/things/1')).statusCode, 403)
  t.same(handled, [])
})
