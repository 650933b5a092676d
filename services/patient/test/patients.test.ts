import { randomUUID } from 'node:crypto'
import { Value } from '@sinclair/typebox/value'
import { RecordEventSchema } from '@wardstone/contracts'
import t from 'tap'
import { build, CITY, newcomer, RIVERSIDE, somebody } from './helper.ts'

t.test('POST /api/patients', async (t) => {
  const { as, auditEvents } = await build(t)
  const admin = as({ role: 'admin' })

  await t.test('stores a patient of the caller’s hospital', async (t) => {
    const answer = await admin.post('/api/patients', {
      payload: newcomer({
        phone: '+49 171 5550100',
        emergency_contact: { name: 'Chidi', phone: '0171 555' },
      }),
    })
    t.equal(answer.statusCode, 201)
    const patient = answer.json()
    t.match(patient, {
      first_name: 'Amina',
      gender: 'unknown',
      is_active: true,
      version: 1,
      phone: '+49 171 5550100',
      hospital: { name: 'City General Hospital' },
    })
    t.equal(answer.headers.location, `/api/patients/${patient.id}`)
    t.equal(answer.headers.etag, '"1"')
    const read = await admin.get(`/api/patients/${patient.id}`)
    t.strictSame(read.json(), patient)
  })

  await t.test('keeps the record and its event together', async (t) => {
    const events = await auditEvents()
    t.match(events[0], { action: 'patient.created', outcome: 'success', changed_fields: undefined })
    t.equal(events.filter(({ action }) => action === 'patient.created').length, 1)
    t.equal(events.filter(({ action }) => action === 'patient.read').length, 1)
    t.notMatch(JSON.stringify(events), /Amina|Okafor|5550100/)
  })

  await t.test('an emergency contact in another normal form was kept in it', async (t) => {
    const [composed, decomposed] = ['Zo\u00eb', 'Zoe\u0308']
    const answer = await admin.post('/api/patients', {
      payload: newcomer({
        last_name: decomposed,
        emergency_contact: { name: decomposed, phone: '0171 555', relationship: decomposed },
      }),
    })
    const patient = {
      last_name: composed,
      emergency_contact: { name: composed, phone: '0171 555', relationship: composed },
    }
    t.match(answer.json(), patient)
    const read = await admin.get(`/api/patients/${answer.json().id}`)
    t.match(read.json(), patient)
  })

  for (const [what, body, pointer] of [
    ['an unknown field', somebody({ role: 'admin' }), '/role'],
    ['a missing field', { first_name: 'A', last_name: 'B' }, '/date_of_birth'],
    ['a number for a text', somebody({ first_name: 7 }), '/first_name'],
    ['a blank name', somebody({ last_name: '  ' }), '/last_name'],
    ['a day that is not', somebody({ date_of_birth: '2023-02-31' }), '/date_of_birth'],
    ['a birth in the future', somebody({ date_of_birth: '2999-01-01' }), '/date_of_birth'],
    ['a birth 200 years ago', somebody({ date_of_birth: '1820-01-01' }), '/date_of_birth'],
    ['another gender code', somebody({ gender: 'M' }), '/gender'],
    ['defect 22: a phone with +0', somebody({ phone: '+0171555' }), '/phone'],
    ['a phone of two digits', somebody({ phone: '12' }), '/phone'],
    ['a phone of 16 digits', somebody({ phone: '+1234567890123456' }), '/phone'],
    ['NUL in a text', somebody({ first_name: 'A\0' }), '/first_name'],
    ['a lone surrogate', somebody({ address: 'x\ud800' }), '/address'],
    ['an e-mail that is none', somebody({ email: 'nobody' }), '/email'],
  ] as const) {
    await t.test(`refuses ${what}`, async (t) => {
      const answer = await admin.post('/api/patients', { payload: body })
      t.equal(answer.statusCode, 400)
      t.match(answer.json(), { code: 'validation_failed', errors: [{ pointer }] })
    })
  }

  await t.test('defect 22: takes a legal +15-digit number', async (t) => {
    const answer = await admin.post('/api/patients', {
      payload: newcomer({ phone: '+123456789012345' }),
    })
    t.equal(answer.statusCode, 201)
  })

  await t.test('defect 19: a family shares a phone, a deactivated patient too', async (t) => {
    for (const first_name of ['Ada', 'Ben', 'Cem']) {
      const answer = await admin.post('/api/patients', {
        payload: newcomer({ first_name, phone: '0171 777' }),
      })
      t.equal(answer.statusCode, 201)
      await admin.delete(`/api/patients/${answer.json().id}`)
    }
  })

  await t.test(
    'another hospital in the body is 403 in the seed’s words, its own is an unknown field',
    async (t) => {
      const foreign = await admin.post('/api/patients', {
        payload: newcomer({ hospital_id: randomUUID() }),
      })
      t.equal(foreign.statusCode, 403)
      t.match(foreign.json(), {
        code: 'hospital_mismatch',
        detail: 'Access denied: You can only access data from your assigned hospital',
      })
      t.match((await auditEvents()).at(-1), {
        action: 'security.hospital_mismatch',
        outcome: 'denied',
      })
    },
  )
})

t.test('medical record numbers', async (t) => {
  const { as, sql } = await build(t)
  const admin = as({ role: 'admin' })
  await t.test('100 parallel registrations get 100 numbers with a Luhn digit', async (t) => {
    const answers = await Promise.all(
      Array.from({ length: 100 }, (_, index) =>
        admin.post('/api/patients', { payload: newcomer({ first_name: `P${index}` }) }),
      ),
    )
    const numbers = answers.map((answer) => answer.json().mrn as string)
    t.equal(new Set(numbers).size, 100)
    for (const mrn of numbers) t.match(mrn, /^CGH-\d{7}$/)
    t.ok(numbers.every((mrn) => luhn(mrn.slice(4))))
  })
  await t.test('a mistyped digit is nobody’s number', async (t) => {
    const { mrn } = (await admin.post('/api/patients', { payload: newcomer() })).json()
    for (let position = 4; position < mrn.length; position += 1) {
      for (const digit of '0123456789') {
        if (digit === mrn[position]) continue
        const q = `${mrn.slice(0, position)}${digit}${mrn.slice(position + 1)}`
        const answer = await admin.post('/api/patients/search', { payload: { q } })
        t.same(answer.json().results, [], q)
      }
    }
  })
  await t.test('the millionth patient has a number of its own too', async (t) => {
    await sql('update mrn_counter set last_number = 999998')
    const numbers = []
    for (const _ of [1, 2, 3]) {
      numbers.push((await admin.post('/api/patients', { payload: newcomer() })).json().mrn)
    }
    t.same(numbers, ['CGH-9999996', 'CGH-10000008', 'CGH-10000016'])
  })
  await t.test('each hospital counts for itself', async (t) => {
    const answer = await as({ role: 'admin', ...RIVERSIDE }).post('/api/patients', {
      payload: newcomer(),
    })
    t.equal(answer.json().mrn, 'RMC-0000018')
  })
})

t.test('PUT, PATCH and DELETE', async (t) => {
  const { as, auditEvents } = await build(t)
  const admin = as({ role: 'admin' })
  const create = async (changes: object = {}) =>
    (await admin.post('/api/patients', { payload: newcomer(changes) })).json()

  await t.test('PUT replaces the editable fields and names those that changed', async (t) => {
    const patient = await create({ phone: '0171 123', address: 'Here 1' })
    const answer = await admin.put(`/api/patients/${patient.id}`, {
      payload: somebody({ first_name: 'Aminata', address: 'Here 1' }),
    })
    t.equal(answer.statusCode, 200)
    t.match(answer.json(), { first_name: 'Aminata', phone: null, address: 'Here 1', version: 2 })
    t.same((await auditEvents()).at(-1)?.changed_fields, ['first_name', 'phone'])
  })

  await t.test('PATCH merges, null empties, an object merges too', async (t) => {
    const patient = await create({
      phone: '0171 123',
      emergency_contact: { name: 'Chidi', phone: '123' },
    })
    const answer = await admin.patch(`/api/patients/${patient.id}`, {
      payload: { phone: null, emergency_contact: { name: 'Ngozi', phone: '123' } },
    })
    t.match(answer.json(), {
      phone: null,
      emergency_contact: { name: 'Ngozi', phone: '123' },
      version: 2,
    })
    t.equal(answer.headers.etag, '"2"')
  })

  await t.test('defect 24: of two changes of the same version one is stale', async (t) => {
    const patient = await create()
    const change = (first_name: string) =>
      admin.patch(`/api/patients/${patient.id}`, {
        headers: { 'if-match': '"1"' },
        payload: { first_name },
      })
    const statuses = (await Promise.all([change('Ada'), change('Bea')])).map(
      ({ statusCode }) => statusCode,
    )
    t.same(statuses.sort(), [200, 412])
    const stale = await admin.put(`/api/patients/${patient.id}`, {
      payload: somebody({ version: 1 }),
    })
    t.equal(stale.statusCode, 412)
    t.match(stale.json(), { code: 'stale', version: 2 })
    t.match((await auditEvents()).at(-1), {
      action: 'patient.updated',
      outcome: 'failure',
      reason: 'stale',
    })
  })

  await t.test('60 merges at once without If-Match all arrive', async (t) => {
    const patient = await create()
    const answers = await Promise.all(
      Array.from({ length: 60 }, (_, index) =>
        admin.patch(`/api/patients/${patient.id}`, { payload: { address: `Here ${index}` } }),
      ),
    )
    t.same([...new Set(answers.map(({ statusCode }) => statusCode))], [200])
    t.equal((await admin.get(`/api/patients/${patient.id}`)).json().version, 61)
  })

  await t.test('renamed by many at once, a patient is found by the last name only', async (t) => {
    const patient = await create()
    const names = [...'abcdefghijklmnopqrst'].map((letter) => `Racer${letter.repeat(5)}`)
    await Promise.all(
      names.map((last_name) =>
        admin.put(`/api/patients/${patient.id}`, { payload: somebody({ last_name }) }),
      ),
    )
    const { last_name } = (await admin.get(`/api/patients/${patient.id}`)).json()
    for (const name of names) {
      const { results } = (await admin.get(`/api/patients/search?q=${name}`)).json()
      t.equal(results.length, name === last_name ? 1 : 0, name)
    }
  })

  await t.test('an emergency contact merges member by member and stays whole', async (t) => {
    const patient = await create({ emergency_contact: { name: 'Chidi', phone: '123' } })
    const patch = (emergency_contact: object) =>
      admin.patch(`/api/patients/${patient.id}`, { payload: { emergency_contact } })
    const contact = { name: 'Chidi', relationship: 'brother', phone: '123' }
    t.same((await patch({ relationship: 'brother' })).json().emergency_contact, contact)
    const without = (await patch({ relationship: null })).json().emergency_contact
    t.same(without, { name: 'Chidi', phone: '123' })
    const none = await create()
    const incomplete = await admin.patch(`/api/patients/${none.id}`, {
      payload: { emergency_contact: { name: 'Ada' } },
    })
    t.match(incomplete.json(), { status: 400, errors: [{ pointer: '/emergency_contact/phone' }] })
  })

  await t.test('merges at once without If-Match all arrive', async (t) => {
    const patient = await create()
    const fields = ['address', 'national_id', 'preferred_language', 'middle_name']
    const answers = await Promise.all(
      fields.map((field) =>
        admin.patch(`/api/patients/${patient.id}`, { payload: { [field]: 'en' } }),
      ),
    )
    t.same(
      answers.map(({ statusCode }) => statusCode),
      [200, 200, 200, 200],
    )
    const read = (await admin.get(`/api/patients/${patient.id}`)).json()
    t.match(read, {
      address: 'en',
      national_id: 'en',
      preferred_language: 'en',
      middle_name: 'en',
      version: 5,
    })
  })

  await t.test(
    'DELETE deactivates, the record stays readable, reactivation brings it back',
    async (t) => {
      const patient = await create({ last_name: 'Xylander' })
      const gone = await admin.delete(`/api/patients/${patient.id}`)
      t.match(gone.json(), { is_active: false, version: 2 })
      t.equal((await admin.get(`/api/patients/${patient.id}`)).json().is_active, false)
      t.same((await admin.get('/api/patients/search?q=xylander')).json().results, [])
      const back = await admin.post(`/api/patients/${patient.id}/reactivate`)
      t.match(back.json(), { is_active: true, version: 3 })
      t.equal((await admin.get('/api/patients/search?q=xylander')).json().results.length, 1)
    },
  )

  await t.test('an unknown id is 404 for every verb and on record', async (t) => {
    const id = randomUUID()
    for (const answer of [
      await admin.get(`/api/patients/${id}`),
      await admin.put(`/api/patients/${id}`, { payload: somebody() }),
      await admin.patch(`/api/patients/${id}`, { payload: { first_name: 'X' } }),
      await admin.delete(`/api/patients/${id}`),
      await admin.post(`/api/patients/${id}/reactivate`),
    ]) {
      t.equal(answer.statusCode, 404)
      t.equal(answer.json().code, 'not_found')
    }
    t.equal((await auditEvents()).filter((event) => event.entity?.id === id).length, 5)
  })
})

t.test('what other services know of a patient', async (t) => {
  const { as, domainEvents } = await build(t)
  const admin = as({ role: 'admin' })
  const { id, mrn } = (await admin.post('/api/patients', { payload: newcomer() })).json()
  const other = as({ role: 'admin', ...RIVERSIDE })
  const theirs = (await other.post('/api/patients', { payload: newcomer() })).json()
  const ask = (ids: string, hospital: object = CITY) =>
    as({ role: 'system', ...hospital }).get(`/internal/patients?ids=${ids}`)

  await t.test('each change is told, with nothing of the record but its state', async (t) => {
    await admin.patch(`/api/patients/${id}`, { payload: { first_name: 'Ada' } })
    await admin.delete(`/api/patients/${id}`)
    await admin.post(`/api/patients/${id}/reactivate`)
    await admin.patch(`/api/patients/${id}`, { payload: { first_name: 'X', version: 1 } })
    const events = (await domainEvents()).filter((event) => event.id === id)
    t.same(
      events.map(({ is_active, version }) => [is_active, version]),
      [
        [true, 1],
        [true, 2],
        [false, 3],
        [true, 4],
      ],
    )
    for (const event of events) {
      t.ok(Value.Check(RecordEventSchema, event))
      t.equal(event.hospital_id, CITY.hospital_id)
    }
  })

  await t.test('the patients of one hospital by their ids', async (t) => {
    const answer = await ask(`${id},${theirs.id},${randomUUID()}`)
    const names = { first_name: 'Ada', last_name: 'Okafor' }
    const state = { is_active: true, is_restricted: false, version: 4 }
    t.strictSame(answer.json(), { results: [{ id, mrn, ...names, ...state }] })
  })

  await t.test('only services ask, and of one hospital', async (t) => {
    t.equal((await admin.get(`/internal/patients?ids=${id}`)).statusCode, 403)
    t.equal((await ask(id, { hospital_id: null })).statusCode, 403)
    for (const ids of ['', 'x', '-'.repeat(36), Array(101).fill(id).join(',')]) {
      t.equal((await ask(ids)).statusCode, 400)
    }
  })
})

t.test('the clinical part', async (t) => {
  const { as, auditEvents } = await build(t)
  const doctor = as({ role: 'doctor' })
  const receptionist = as({ role: 'receptionist' })
  const { id } = (
    await doctor.post('/api/patients', { payload: newcomer({ medical_history: 'asthma' }) })
  ).json()

  await t.test(
    'defect 10: a receptionist neither reads nor writes it, nor deactivates',
    async (t) => {
      t.notOk('medical_history' in (await receptionist.get(`/api/patients/${id}`)).json())
      t.notMatch((await receptionist.get('/api/patients')).body, /asthma/)
      const written = await receptionist.patch(`/api/patients/${id}`, {
        payload: { medical_history: 'none' },
      })
      t.equal(written.statusCode, 403)
      t.match((await auditEvents()).at(-1), { action: 'access.denied', entity: { id } })
      t.equal((await receptionist.delete(`/api/patients/${id}`)).statusCode, 403)
      t.match((await auditEvents()).at(-1), {
        action: 'access.denied',
        reason: 'lacks patient.deactivate',
      })
    },
  )

  await t.test('survives a receptionist’s PUT, not a doctor’s', async (t) => {
    await receptionist.put(`/api/patients/${id}`, { payload: somebody({ first_name: 'Aminata' }) })
    t.equal((await doctor.get(`/api/patients/${id}`)).json().medical_history, 'asthma')
    await doctor.put(`/api/patients/${id}`, { payload: somebody() })
    t.equal((await doctor.get(`/api/patients/${id}`)).json().medical_history, null)
  })

  await t.test('staff may read and nothing else', async (t) => {
    const staff = as({ role: 'staff' })
    t.equal((await staff.get(`/api/patients/${id}`)).statusCode, 200)
    t.equal((await staff.post('/api/patients', { payload: newcomer() })).statusCode, 403)
  })

  await t.test('a platform administrator has no hospital here', async (t) => {
    const platform = as({ role: 'platform_admin', hospital_id: null, hospital_name: null })
    const answer = await platform.get('/api/patients')
    t.equal(answer.statusCode, 403)
    t.match(answer.json(), { code: 'no_hospital_context', detail: 'No hospital context found' })
  })
})

function luhn(digits: string): boolean {
  const sum = [...digits].reverse().reduce((total, digit, index) => {
    const doubled = Number(digit) * (index % 2 === 1 ? 2 : 1)
    return total + (doubled > 9 ? doubled - 9 : doubled)
  }, 0)
  return sum % 10 === 0
}
