import { randomUUID } from 'node:crypto'
import t, { type Test } from 'tap'
import { build, newcomer, RIVERSIDE, somebody } from './helper.ts'

const PHONE = '+49 171 5550123'

t.test('who may be registered already', async (t) => {
  const { as, sql, auditEvents } = await build(t)
  const desk = as({ role: 'receptionist' })
  const admin = as({ role: 'admin' })
  const register = (changes: object) => desk.post('/api/patients', { payload: somebody(changes) })
  const jane = {
    first_name: 'Jane',
    last_name: 'Winterbottom',
    date_of_birth: '1990-04-03',
    phone: PHONE,
    national_id: 'AB 12-34 56',
    identifiers: [{ type: 'passport', value: 'C01X00T47' }],
  }
  const first = (await register(jane)).json()
  const nobody = { first_name: 'Zacharias', last_name: 'Quist', date_of_birth: '1950-12-12' }

  for (const [what, changes, score, matched] of [
    ['the same again', jane, 100, ['national_id', 'identifier', 'name', 'date_of_birth', 'phone']],
    ['a national id typed otherwise', { ...nobody, national_id: 'ab123456' }, 100, ['national_id']],
    [
      'another identifier',
      { ...nobody, identifiers: [{ type: 'passport', value: 'c01-x00-t47' }] },
      100,
      ['identifier'],
    ],
    [
      'defect 19: the same person with another phone',
      { ...jane, phone: '0171 999', national_id: null, identifiers: [] },
      80,
      ['name', 'date_of_birth'],
    ],
    [
      'first and last name swapped',
      { first_name: 'WINTERBOTTOM', last_name: 'Jané', date_of_birth: '1990-04-03' },
      80,
      ['name', 'date_of_birth'],
    ],
    [
      'a letter swapped in each name',
      { first_name: 'Jnae', last_name: 'Winterbottmo', date_of_birth: '1990-04-03' },
      70,
      ['similar_name', 'date_of_birth'],
    ],
    [
      'the name, with the year of birth guessed',
      {
        ...nobody,
        first_name: 'Jane',
        last_name: 'Winterbottom',
        date_of_birth: undefined,
        estimated_age: new Date().getUTCFullYear() - 1990,
      },
      70,
      ['name', 'year_of_birth'],
    ],
    [
      'another name with phone and date of birth, the country’s code left out',
      { ...nobody, date_of_birth: '1990-04-03', phone: '0171/5550123' },
      75,
      ['date_of_birth', 'phone'],
    ],
    [
      'name and phone with another date of birth',
      { first_name: 'Jane', last_name: 'Winterbottom', date_of_birth: '1991-04-03', phone: PHONE },
      75,
      ['name', 'phone'],
    ],
  ] as const) {
    await t.test(`${what}: 409 with the candidate`, async (t) => {
      const answer = await register(changes)
      t.equal(answer.statusCode, 409, answer.body)
      t.match(answer.json(), { code: 'possible_duplicate' })
      const { id, mrn, first_name, last_name, date_of_birth } = first
      t.strictSame(answer.json().candidates, [
        { id, mrn, first_name, last_name, date_of_birth, is_active: true, score, matched },
      ])
      t.match((await auditEvents()).at(-1), {
        action: 'patient.created',
        outcome: 'failure',
        reason: 'possible_duplicate',
        patient_ids: [id],
      })
    })
  }

  for (const [what, changes] of [
    [
      'defect 19: a brother on the family’s phone',
      { first_name: 'Tom', last_name: 'Winterbottom', date_of_birth: '1993-01-01', phone: PHONE },
    ],
    [
      'defect 19: a mother whose name is like the child’s',
      { first_name: 'Jana', last_name: 'Winterbottom', date_of_birth: '1960-01-01', phone: PHONE },
    ],
    ['a namesake', { first_name: 'Jane', last_name: 'Winterbottom', date_of_birth: '1940-02-02' }],
    ['somebody born the same day', { ...nobody, date_of_birth: '1990-04-03' }],
    [
      'another kind of number with the same digits',
      { ...nobody, identifiers: [{ type: 'insurance', value: 'AB123456' }] },
    ],
  ] as const) {
    await t.test(`${what} is nobody’s duplicate`, async (t) => {
      const answer = await register(changes)
      t.equal(answer.statusCode, 201, answer.body)
      await sql('delete from patient_name where patient_id = $1', [answer.json().id])
      await sql('delete from patient_identifier where patient_id = $1', [answer.json().id])
      await sql('delete from patient where id = $1', [answer.json().id])
    })
  }

  await t.test('nothing of the refused is stored; who knows better confirms', async (t) => {
    const numbers = await sql('select last_number from mrn_counter')
    await register(jane)
    t.same(await sql('select last_number from mrn_counter'), numbers)
    const confirmed = await register({ ...jane, confirm_duplicate: true })
    t.equal(confirmed.statusCode, 201)
    t.equal((await register(jane)).json().candidates.length, 2)
  })

  await t.test(
    'defect 19: a deactivated patient holds no phone, but is still the same person',
    async (t) => {
      const ada = {
        first_name: 'Ada',
        last_name: 'Byron',
        date_of_birth: '1915-12-10',
        phone: '0171 888',
      }
      const { id } = (await register(ada)).json()
      await admin.delete(`/api/patients/${id}`)
      t.equal((await register({ ...nobody, phone: '0171 888' })).statusCode, 201)
      t.match((await register(ada)).json().candidates, [{ id, is_active: false }])
    },
  )

  await t.test('of a restricted record only what a list shows is compared', async (t) => {
    const secret = {
      first_name: 'Restricta',
      last_name: 'Verborgen',
      date_of_birth: '1977-07-07',
      phone: '+49 30 1234567',
      national_id: 'SECRET-77',
      is_restricted: true,
    }
    const { id } = (await admin.post('/api/patients', { payload: newcomer(secret) })).json()
    const seen = await register({ ...secret, is_restricted: false })
    t.match(seen.json().candidates, [{ id, matched: ['name', 'date_of_birth'] }])
    const guess = {
      ...nobody,
      last_name: 'Guess',
      phone: secret.phone,
      national_id: secret.national_id,
    }
    t.match((await admin.post('/api/patients', { payload: somebody(guess) })).json().candidates, [
      { id },
    ])
    t.equal((await register({ ...guess, date_of_birth: secret.date_of_birth })).statusCode, 201)
  })

  await t.test('of two at once the second is told of the first', async (t) => {
    const twice = { first_name: 'Racer', last_name: 'Twice', date_of_birth: '2001-01-02' }
    const answers = await Promise.all(Array.from({ length: 10 }, () => register(twice)))
    t.same(answers.map(({ statusCode }) => statusCode).sort(), [201, ...Array(9).fill(409)])
  })

  await t.test('another hospital’s patients are nobody’s candidates', async (t) => {
    const theirs = as({ role: 'receptionist', ...RIVERSIDE })
    t.equal((await theirs.post('/api/patients', { payload: somebody(jane) })).statusCode, 201)
  })
})

t.test('what a patient is registered with', async (t) => {
  const { as, auditEvents } = await build(t)
  const doctor = as({ role: 'doctor' })
  const desk = as({ role: 'receptionist' })
  const post = (payload: object, caller = doctor) => caller.post('/api/patients', { payload })
  const year = new Date().getUTCFullYear()
  const bad = async (t: Test, payload: object, pointer: string) => {
    const answer = await post(payload)
    t.equal(answer.statusCode, 400, answer.body)
    t.match(answer.json(), { code: 'validation_failed', errors: [{ pointer }] })
  }
  const penicillin = {
    substance: 'penicillin',
    category: 'medication',
    criticality: 'high',
    status: 'active',
  }

  await t.test('an age that is guessed is a date of birth that is estimated', async (t) => {
    const { date_of_birth: _, ...rest } = newcomer({ estimated_age: 40 })
    const patient = (await post(rest)).json()
    t.match(patient, { date_of_birth: `${year - 40}-01-01`, date_of_birth_estimated: true })
    await bad(t, newcomer({ estimated_age: 40 }), '/estimated_age')
    await bad(t, { ...rest, estimated_age: 121 }, '/estimated_age')
    await bad(t, { first_name: 'A', last_name: 'B' }, '/date_of_birth')
  })

  await t.test(
    'nobody’s name is needed of the unknown, who are counted by gender and hospital',
    async (t) => {
      const unknown = async (body: object, caller = desk) =>
        (await post({ is_unknown: true, ...body }, caller)).json()
      const all = await Promise.all([1, 2, 3].map(() => unknown({ gender: 'male' })))
      t.same(all.map(({ last_name }) => last_name).sort(), ['Male 1', 'Male 2', 'Male 3'])
      t.match(all[0], {
        first_name: 'Unknown',
        is_unknown: true,
        date_of_birth: '1900-01-01',
        date_of_birth_estimated: true,
      })
      t.match(await unknown({ gender: 'female', estimated_age: 30 }), {
        last_name: 'Female 1',
        date_of_birth: `${year - 30}-01-01`,
      })
      t.match(await unknown({}), { last_name: 'Person 1', gender: 'unknown' })
      const theirs = as({ role: 'receptionist', ...RIVERSIDE })
      t.match(await unknown({ gender: 'male' }, theirs), { last_name: 'Male 1' })
      t.equal((await desk.get('/api/patients/search?q=unknown%20male')).json().results.length, 3)
      await bad(t, { is_unknown: true, first_name: 'Jim' }, '/first_name')
      await bad(t, { last_name: 'B', date_of_birth: '1990-01-01' }, '/first_name')
    },
  )

  await t.test('and become known', async (t) => {
    const { id } = (await post({ is_unknown: true, gender: 'other' })).json()
    const url = `/api/patients/${id}`
    t.equal((await desk.patch(url, { payload: { phone: '0171 1' } })).json().is_unknown, true)
    const named = { first_name: 'Jean', last_name: 'Valjean', date_of_birth: '1969-10-01' }
    t.match((await desk.patch(url, { payload: named })).json(), { ...named, is_unknown: false })
    t.same((await desk.get('/api/patients/search?q=unknown%20other')).json().results, [])
  })

  await t.test('allergies are of the clinical part', async (t) => {
    const { id, ...patient } = (await post(newcomer({ allergies: [penicillin] }))).json()
    t.match(patient, { allergies: [penicillin], allergy_status: 'listed' })
    const url = `/api/patients/${id}`
    const seen = (await desk.get(url)).json()
    t.notOk('allergies' in seen || 'allergy_status' in seen)
    for (const field of [{ allergies: [] }, { allergy_status: 'none_known' }]) {
      t.equal((await desk.patch(url, { payload: field })).statusCode, 403)
      t.equal((await post(newcomer(field), desk)).statusCode, 403)
    }
    await desk.put(url, { payload: somebody() })
    t.same((await doctor.get(url)).json().allergies, [penicillin])
    const none = { allergies: [], allergy_status: 'none_known' }
    t.match((await doctor.patch(url, { payload: none })).json(), none)
    t.same((await auditEvents()).at(-1)?.changed_fields, ['allergies', 'allergy_status'])
    t.match((await doctor.patch(url, { payload: { allergies: [penicillin] } })).json(), {
      allergy_status: 'listed',
    })
    t.match((await doctor.patch(url, { payload: { allergies: [] } })).json(), {
      allergy_status: 'unknown',
    })
  })

  await t.test('their status is that of their list', async (t) => {
    t.match((await post(newcomer())).json(), { allergies: [], allergy_status: 'unknown' })
    await bad(t, newcomer({ allergy_status: 'listed' }), '/allergy_status')
    await bad(
      t,
      newcomer({ allergies: [penicillin], allergy_status: 'none_known' }),
      '/allergy_status',
    )
    await bad(
      t,
      newcomer({ allergies: [{ ...penicillin, category: 'drug' }] }),
      '/allergies/0/category',
    )
    await bad(t, newcomer({ allergies: [{ substance: 'x' }] }), '/allergies/0/category')
    await bad(t, newcomer({ allergies: Array(101).fill(penicillin) }), '/allergies')
  })

  await t.test('defect 23: no rule of a field answers with a 5xx', async (t) => {
    for (const [pointer, value] of [
      ['/identifiers/0/type', [{ type: 'tax', value: '1' }]],
      ['/identifiers/0/value', [{ type: 'other', value: ' ' }]],
      ['/identifiers', Array(21).fill({ type: 'other', value: '1' })],
      ['/identifiers', null],
    ] as const) {
      await bad(t, newcomer({ identifiers: value }), pointer)
    }
  })

  await t.test('an old record number still finds, until it is taken away', async (t) => {
    const identifiers = [
      { type: 'old_mrn', value: 'OLD/00-771' },
      { type: 'insurance', value: '4711-0815' },
    ]
    const { id } = (await post(newcomer({ identifiers, national_id: 'X 99 88' }))).json()
    const found = async (q: string) =>
      (await desk.post('/api/patients/search', { payload: { q } }))
        .json()
        .results.map((each: { id: string }) => each.id)
    for (const q of ['OLD/00-771', 'old00771', '47110815', 'x9988']) t.same(await found(q), [id], q)
    await desk.patch(`/api/patients/${id}`, {
      payload: { identifiers: identifiers.slice(1), national_id: null },
    })
    for (const q of ['old00771', 'x9988']) t.same(await found(q), [], q)
    t.same(await found('4711 0815'), [id])
  })

  await t.test(
    'a restricted record shows none of its numbers and is found by the old one only',
    async (t) => {
      const admin = as({ role: 'admin' })
      const identifiers = [
        { type: 'old_mrn', value: 'R-1' },
        { type: 'passport', value: 'P777' },
      ]
      const body = newcomer({ identifiers, is_restricted: true })
      const { id } = (await post(body, admin)).json()
      const find = async (q: string, caller = desk) =>
        (await caller.get(`/api/patients/search?q=${q}`)).json().results
      t.match(await find('R1'), [{ id, identifiers: null, national_id: null }])
      t.same(await find('P777'), [])
      t.match(await find('P777', admin), [{ id, identifiers }])
    },
  )
})

t.test('Idempotency-Key', async (t) => {
  const { as, sql, auditEvents } = await build(t)
  const doctor = as({ role: 'doctor' })
  const admin = as({ role: 'admin' })
  const register = (key: string, payload: object, caller = doctor) =>
    caller.post('/api/patients', { payload, headers: { 'idempotency-key': key } })

  await t.test('a registration is made once, however often it is sent', async (t) => {
    const body = somebody({ medical_history: 'asthma' })
    const answers = await Promise.all(Array.from({ length: 5 }, () => register('once', body)))
    t.same([...new Set(answers.map(({ statusCode }) => statusCode))], [201])
    t.equal(new Set(answers.map((answer) => answer.body)).size, 1)
    const again = answers.filter(({ headers }) => headers['idempotency-replayed'] === 'true')
    t.equal(again.length, 4)
    t.same(await sql('select count(*)::integer as count from patient'), [{ count: 1 }])
    t.match((await auditEvents()).at(-1), {
      action: 'patient.created',
      outcome: 'failure',
      reason: 'idempotency_replayed',
      patient_ids: [answers[0]?.json().id],
    })
  })

  await t.test('the key of another request, or of somebody else', async (t) => {
    const other = await register('once', newcomer({ first_name: 'Other' }))
    t.match(other.json(), { status: 409, code: 'idempotency_conflict' })
    t.match((await auditEvents()).at(-1), { outcome: 'failure', reason: 'idempotency_conflict' })
    t.equal((await register('once', newcomer(), as({ role: 'doctor' }))).statusCode, 201)
  })

  await t.test('what was refused may be confirmed under the same key', async (t) => {
    t.equal((await register('doubt', somebody())).statusCode, 409)
    t.equal((await register('doubt', newcomer())).statusCode, 201)
  })

  await t.test('who lost the clinical part meanwhile is not shown it again', async (t) => {
    const person = { user_id: randomUUID() }
    const body = newcomer({ medical_history: null })
    const first = await register('role', body, as({ role: 'doctor', ...person }))
    t.ok('medical_history' in first.json())
    const clerk = as({ role: 'receptionist', ...person })
    t.equal((await register('role', body, clerk)).statusCode, 403)
    const plain = await register('plain', newcomer(), as({ role: 'doctor', ...person }))
    const again = await register('plain', newcomer(), clerk)
    t.equal(again.headers['idempotency-replayed'], 'true')
    t.notOk('medical_history' in again.json() || 'allergies' in again.json())
    t.equal(again.json().id, plain.json().id)
  })

  await t.test('a reactivation is made once; one of nobody is not kept', async (t) => {
    const { id } = (await register('back', newcomer())).json()
    await admin.delete(`/api/patients/${id}`)
    const headers = { 'idempotency-key': 'back' }
    const back = () => admin.post(`/api/patients/${id}/reactivate`, { headers })
    t.match((await back()).json(), { is_active: true, version: 3 })
    t.match((await back()).json(), { is_active: true, version: 3 })
    t.equal((await admin.get(`/api/patients/${id}`)).json().version, 3)
    const nobody = await admin.post(`/api/patients/${randomUUID()}/reactivate`, { headers })
    t.match(nobody.json(), { status: 409, code: 'idempotency_conflict' })
    const unknown = { 'idempotency-key': 'nobody' }
    for (const _ of [1, 2]) {
      const answer = await admin.post(`/api/patients/${randomUUID()}/reactivate`, {
        headers: unknown,
      })
      t.equal(answer.statusCode, 404)
    }
  })
})
