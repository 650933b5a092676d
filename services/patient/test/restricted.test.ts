import { randomUUID } from 'node:crypto'
import type { Identity } from '@wardstone/contracts'
import t from 'tap'
import { build, newcomer, RIVERSIDE, somebody } from './helper.ts'

const PHONE = '+49 171 5550123'
const HIDDEN = {
  phone: PHONE,
  email: 'hidden@example.org',
  address: 'Hidden Lane 1',
  national_id: 'HIDDEN-1',
  emergency_contact: { name: 'Hidden Sister', phone: '+49 171 5550999' },
}
const record = somebody({
  ...HIDDEN,
  first_name: 'Restricta',
  medical_history: 'Hidden history',
  is_restricted: true,
})
const WITHOUT = ['doctor', 'nurse', 'receptionist', 'staff'] as const

/** A broken glass: of one patient, or of a whole hospital. */
const glass = (patient_id: string | null) => ({
  break_glass: { id: randomUUID(), reason_code: 'ETREAT' as const, patient_id },
})

t.test('a restricted patient', async (t) => {
  const { as, auditEvents } = await build(t)
  const admin = as({ role: 'admin' })
  const restricted = (await admin.post('/api/patients', { payload: record })).json()
  const other = (await admin.post('/api/patients', { payload: newcomer({ phone: PHONE }) })).json()
  const one = `/api/patients/${restricted.id}`
  const onIt = (caller: ReturnType<typeof as>) =>
    ({
      GET: () => caller.get(one),
      PUT: () => caller.put(one, { payload: somebody() }),
      PATCH: () => caller.patch(one, { payload: { first_name: 'Changed' } }),
    }) as const

  await t.test('is open to an administrator of the hospital', async (t) => {
    t.match(restricted, { ...HIDDEN, is_restricted: true, medical_history: 'Hidden history' })
    t.strictSame((await admin.get(one)).json(), restricted)
  })

  await t.test('is closed to the others, and each attempt is on record', async (t) => {
    for (const role of WITHOUT) {
      for (const [method, ask] of Object.entries(onIt(as({ role })))) {
        const answer = await ask()
        t.equal(answer.statusCode, 403, `${role} ${method}`)
        if (role === 'staff' && method !== 'GET') continue
        t.match(answer.json(), { code: 'patient_restricted', detail: /POST \/api\/break-glass/ })
        t.notMatch(answer.body, /Hidden|Restricta|5550/)
        t.match((await auditEvents()).at(-1), {
          action: 'access.denied',
          outcome: 'denied',
          reason: 'patient_restricted',
          actor: { role },
          entity: { type: 'patient', id: restricted.id },
          patient_ids: [restricted.id],
        })
      }
    }
    t.strictSame((await admin.get(one)).json(), restricted, 'nothing changed')
  })

  await t.test('lists and searches show who it is, and no more', async (t) => {
    for (const role of WITHOUT) {
      const caller = as({ role })
      for (const answer of [
        await caller.get('/api/patients?limit=100&count=true'),
        await caller.get('/api/patients/search?q=restricta'),
        await caller.get(`/api/patients/search?q=${restricted.mrn}`),
        await caller.post('/api/patients/search', { payload: { q: 'restricta okafor' } }),
      ]) {
        t.equal(answer.statusCode, 200)
        const { results } = answer.json()
        const shown = results.find(({ id }: { id: string }) => id === restricted.id)
        t.match(shown, { first_name: 'Restricta', mrn: restricted.mrn, is_restricted: true })
        for (const field of Object.keys(HIDDEN)) t.equal(shown[field], null, `${role} ${field}`)
        t.notOk('medical_history' in shown)
        t.notMatch(answer.body, /Hidden|hidden@|5550999/)
      }
    }
  })

  await t.test('its telephone number finds others only', async (t) => {
    const found = async (caller: ReturnType<typeof as>) =>
      (await caller.get('/api/patients/search?q=5550123'))
        .json()
        .results.map(({ id }: { id: string }) => id)
    for (const role of WITHOUT) t.same(await found(as({ role })), [other.id], role)
    t.same((await found(admin)).sort(), [restricted.id, other.id].sort())
    t.same(
      (await found(as({ role: 'nurse', ...glass(restricted.id) }))).sort(),
      [restricted.id, other.id].sort(),
    )
  })

  await t.test('counts', async (t) => {
    const staff = as({ role: 'staff' })
    t.equal((await staff.get('/api/patients/stats')).json().total, 2)
    t.equal((await staff.get('/api/patients?count=true')).json().count, 2)
  })

  await t.test('is open to who broke the glass for exactly this patient', async (t) => {
    const doctor = as({ role: 'doctor', ...glass(restricted.id) })
    const read = await doctor.get(one)
    t.strictSame(read.json(), restricted)
    t.match((await auditEvents()).at(-1), {
      action: 'patient.read',
      outcome: 'success',
      break_glass: { reason_code: 'ETREAT' },
      patient_ids: [restricted.id],
    })
    const listed = (await doctor.get('/api/patients?limit=100')).json().results
    t.match(
      listed.find(({ id }: { id: string }) => id === restricted.id),
      HIDDEN,
    )
    const changed = await doctor.patch(one, { payload: { medical_history: 'Seen by a doctor' } })
    t.match(changed.json(), { ...HIDDEN, medical_history: 'Seen by a doctor', is_restricted: true })
    const receptionist = await as({ role: 'receptionist', ...glass(restricted.id) }).get(one)
    t.match(receptionist.json(), HIDDEN)
    t.notOk('medical_history' in receptionist.json(), 'the glass gives no permission')
  })

  await t.test(
    'a glass for another patient, or a member’s for a whole hospital, opens nothing',
    async (t) => {
      for (const patient_id of [other.id, randomUUID(), null]) {
        const answer = await as({ role: 'doctor', ...glass(patient_id) }).get(one)
        t.match(answer.json(), { status: 403, code: 'patient_restricted' })
      }
    },
  )

  await t.test('another hospital’s is the same bytes as nobody’s', async (t) => {
    const bytes = (answer: { body: string }) => answer.body.replace(/"request_id":"[^"]*"/, '')
    for (const role of ['doctor', 'admin'] as const) {
      const stranger = as({ role, ...RIVERSIDE, ...glass(restricted.id) })
      const theirs = await stranger.get(one)
      t.equal(theirs.statusCode, 404)
      t.equal(bytes(theirs), bytes(await stranger.get(`/api/patients/${randomUUID()}`)))
      const patched = await stranger.patch(one, { payload: { first_name: 'X' } })
      t.equal(patched.statusCode, 404)
    }
  })
})

t.test('restricting', async (t) => {
  const { as, auditEvents } = await build(t)
  const admin = as({ role: 'admin' })
  const create = async (fields = {}) =>
    (await admin.post('/api/patients', { payload: newcomer(fields) })).json()

  await t.test('needs a permission of its own, also for who may open it', async (t) => {
    const [{ id }, restricted] = [await create(), await create({ is_restricted: true })]
    const one = `/api/patients/${id}`
    const closed = `/api/patients/${restricted.id}`
    for (const role of ['doctor', 'nurse', 'receptionist'] as const) {
      const caller = as({ role, ...glass(restricted.id) })
      for (const answer of [
        await caller.post('/api/patients', { payload: newcomer({ is_restricted: true }) }),
        await caller.put(one, { payload: somebody({ is_restricted: true }) }),
        await caller.patch(one, { payload: { is_restricted: true } }),
        await caller.put(closed, { payload: somebody({ is_restricted: false }) }),
        await caller.patch(closed, { payload: { is_restricted: false } }),
      ]) {
        t.match(answer.json(), { status: 403, code: 'forbidden', detail: /patient\.restrict/ })
        t.match((await auditEvents()).at(-1), {
          action: 'access.denied',
          outcome: 'denied',
          reason: 'lacks patient.restrict',
        })
      }
    }
    for (const each of [one, closed]) t.equal((await admin.get(each)).json().version, 1)
  })

  await t.test('a form that sends it back as it was is no change of it', async (t) => {
    const restricted = await create({ is_restricted: true })
    for (const role of ['doctor', 'nurse', 'receptionist'] as const) {
      const caller = as({ role, ...glass(restricted.id) })
      const payload = somebody({ is_restricted: false })
      const created = await caller.post('/api/patients', {
        payload: newcomer({ is_restricted: false }),
      })
      t.equal(created.statusCode, 201, role)
      const one = `/api/patients/${created.json().id}`
      t.equal((await caller.put(one, { payload })).statusCode, 200)
      t.equal((await caller.patch(one, { payload })).statusCode, 200)
      const back = await caller.put(`/api/patients/${restricted.id}`, {
        payload: somebody({ is_restricted: true }),
      })
      t.match(back.json(), { is_restricted: true })
    }
  })

  await t.test('and lifting it is on record as such', async (t) => {
    const { id } = await create()
    const one = `/api/patients/${id}`
    for (const is_restricted of [true, false]) {
      const answer = await admin.patch(one, { payload: { is_restricted } })
      t.equal(answer.json().is_restricted, is_restricted)
      t.match((await auditEvents()).at(-1), {
        action: 'patient.updated',
        changed_fields: ['is_restricted'],
      })
      const expected = is_restricted ? 403 : 200
      t.equal((await as({ role: 'nurse' }).get(one)).statusCode, expected)
    }
  })

  await t.test('a PUT that does not say it leaves it, whoever sends it', async (t) => {
    const { id } = await create({ is_restricted: true })
    const one = `/api/patients/${id}`
    t.equal((await admin.put(one, { payload: somebody() })).json().is_restricted, true)
    const doctor = as({ role: 'doctor', ...glass(id) })
    t.equal((await doctor.put(one, { payload: somebody() })).json().is_restricted, true)
    const lifted = await admin.put(one, { payload: somebody({ is_restricted: false }) })
    t.equal(lifted.json().is_restricted, false)
  })

  await t.test('takes only true and false', async (t) => {
    for (const is_restricted of [null, 1, 'true', {}]) {
      const answer = await admin.post('/api/patients', { payload: newcomer({ is_restricted }) })
      t.match(answer.json(), { status: 400, errors: [{ pointer: '/is_restricted' }] })
    }
  })

  await t.test('holds against a change that comes at the same moment', async (t) => {
    const { id } = await create()
    const one = `/api/patients/${id}`
    const nurse = as({ role: 'nurse' })
    const answers = await Promise.all([
      admin.patch(one, { payload: { is_restricted: true } }),
      ...Array.from({ length: 8 }, (_, index) =>
        nurse.patch(one, { payload: { first_name: `N${index}` } }),
      ),
    ])
    const versions = answers.filter((each) => each.statusCode === 200).map((each) => each.json())
    const closedAt = versions.find((each) => each.is_restricted)?.version
    t.ok(
      versions.every(({ version }) => version <= closedAt),
      'no nurse wrote after it',
    )
    t.ok(answers.every(({ statusCode }) => statusCode === 200 || statusCode === 403))
  })
})

t.test('a platform administrator who opened the hospital', async (t) => {
  const { as, auditEvents } = await build(t)
  const admin = as({ role: 'admin' })
  const { id } = (await admin.post('/api/patients', { payload: record })).json()
  const one = `/api/patients/${id}`
  const opened: Partial<Identity> = glass(null)
  const support = as({ role: 'break_glass', ...opened })

  await t.test('reads everything, marked', async (t) => {
    const reads = [
      [one, 'patient.read'],
      ['/api/patients', 'patient.listed'],
      ['/api/patients/search?q=5550123', 'patient.searched'],
      ['/api/patients/stats', 'patient.stats_read'],
    ] as const
    for (const [url, action] of reads) {
      const answer = await support.get(url)
      t.equal(answer.statusCode, 200, url)
      t.match((await auditEvents()).at(-1), {
        action,
        actor: { role: 'break_glass' },
        break_glass: { id: opened.break_glass?.id, reason_code: 'ETREAT' },
      })
    }
    t.match((await support.get(one)).json(), { ...HIDDEN, medical_history: 'Hidden history' })
    t.match((await support.get('/api/patients')).json().results, [HIDDEN])
    t.match((await support.get('/api/patients/search?q=5550123')).json().results, [HIDDEN])
  })

  await t.test('writes nothing', async (t) => {
    const before = (await admin.get(one)).json()
    for (const answer of [
      await support.post('/api/patients', { payload: newcomer() }),
      await support.put(one, { payload: somebody() }),
      await support.patch(one, { payload: { is_restricted: false } }),
      await support.delete(one),
      await support.post(`${one}/reactivate`),
    ]) {
      t.match(answer.json(), { status: 403, code: 'forbidden' })
      t.match((await auditEvents()).at(-1), {
        action: 'access.denied',
        break_glass: { id: opened.break_glass?.id },
      })
    }
    t.strictSame((await admin.get(one)).json(), before)
    t.equal((await admin.get('/api/patients?count=true')).json().count, 1)
  })

  await t.test('is in that hospital only', async (t) => {
    const elsewhere = as({ role: 'break_glass', ...RIVERSIDE, ...opened })
    t.equal((await elsewhere.get(one)).statusCode, 404)
    t.equal((await elsewhere.get('/api/patients')).json().results.length, 0)
  })
})
