import { randomUUID } from 'node:crypto'
import type { BreakGlass } from '@wardstone/contracts'
import t from 'tap'
import { build } from './helper.ts'

const glass = (changes: object = {}) =>
  ({ id: randomUUID(), reason_code: 'HOPERAT', patient_id: null, ...changes }) as BreakGlass

t.test('who opened a hospital', async (t) => {
  const { as, audit, handled } = await build(t)
  const hospital_id = randomUUID()
  const break_glass = glass()
  const support = as({ role: 'break_glass', hospital_id, break_glass })
  const marked = {
    hospital_id,
    actor: { role: 'break_glass' },
    break_glass: { id: break_glass.id, reason_code: 'HOPERAT' },
  }

  await t.test('may what the table grants the role', async (t) => {
    t.equal((await support.get('/api/things')).statusCode, 200)
  })

  await t.test('and no more; the denial is marked', async (t) => {
    const answer = await support.delete('/api/things/1')
    t.match(answer.json(), { status: 403, code: 'forbidden' })
    t.match(audit.at(-1), {
      ...marked,
      action: 'access.denied',
      reason: 'lacks patient.deactivate',
    })
  })

  await t.test('is in that hospital only', async (t) => {
    const answer = await support.get(`/api/things?hospital_id=${randomUUID()}`)
    t.match(answer.json(), { status: 403, code: 'hospital_mismatch' })
    t.match(audit.at(-1), { ...marked, action: 'security.hospital_mismatch' })
  })

  await t.test('is nowhere without one', async (t) => {
    const nowhere = as({ role: 'break_glass', hospital_id: null, hospital_name: null, break_glass })
    const answer = await nowhere.get('/api/things')
    t.match(answer.json(), { status: 403, code: 'no_hospital_context' })
  })

  await t.test('a platform administrator is not who opened it, whatever the glass', async (t) => {
    const closed = as({ role: 'platform_admin', break_glass })
    t.match((await closed.get('/api/things')).json(), { code: 'no_hospital_context' })
    const forged = as({ role: 'platform_admin', hospital_id, break_glass })
    t.match((await forged.get('/api/things')).json(), { status: 403, code: 'forbidden' })
  })

  await t.test('says so as the gateway does, or is nobody', async (t) => {
    handled.length = 0
    for (const wrong of [
      glass({ reason_code: 'CURIOUS' }),
      glass({ id: 'mine' }),
      glass({ patient_id: undefined }),
      glass({ until: 'tomorrow' }),
      'yes',
    ]) {
      const caller = as({ role: 'break_glass', hospital_id, break_glass: wrong as BreakGlass })
      t.equal((await caller.get('/api/things')).statusCode, 401, JSON.stringify(wrong))
    }
    t.same(handled, [])
  })
})

t.test('a route whose body chooses a hospital', async (t) => {
  const { as, audit, handled } = await build(t)
  const hospital_id = randomUUID()
  const admin = as({ role: 'admin', hospital_id })
  const other = randomUUID()

  await t.test('takes another one from it', async (t) => {
    const answer = await admin.post('/api/choice', { payload: { hospital_id: other } })
    t.equal(answer.statusCode, 200)
    t.same(handled.at(-1), { hospital_id: other })
    t.same(audit, [], 'and this is no attack')
  })

  await t.test('and from nowhere else', async (t) => {
    const answer = await admin.post(`/api/choice?hospital_id=${other}`, {
      payload: { hospital_id },
    })
    t.match(answer.json(), { status: 403, code: 'hospital_mismatch' })
    t.match(audit.at(-1), { action: 'security.hospital_mismatch', hospital_id })
  })

  await t.test('is the only kind that does', async (t) => {
    const answer = await admin.post('/api/things', { payload: { hospital_id: other } })
    t.match(answer.json(), { status: 403, code: 'hospital_mismatch' })
  })
})
