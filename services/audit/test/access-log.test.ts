import { randomUUID } from 'node:crypto'
import { AUDIT_ACTIONS } from '@wardstone/contracts'
import t from 'tap'
import { wordsFor } from '../src/access-log/words.ts'
import { build, many, RIVERSIDE, somethingHappened, systemRepository, until } from './helper.ts'

t.test('GET /api/patients/{id}/access-log', async (t) => {
  const { as, urls, sql, publish, stored } = await build(t)
  const repository = systemRepository(t, urls.systemUrl)
  const admin = as({ role: 'admin' })
  const patient = randomUUID()
  const about = { patient_ids: [patient, randomUUID()], occurred_at: '2026-01-02T03:04:05.678Z' }
  const log = async (query = '') =>
    (await admin.get(`/api/patients/${patient}/access-log${query}`)).json()
  const { actor } = somethingHappened()
  await repository.append([
    somethingHappened({ ...about, action: 'patient.created' }),
    somethingHappened({
      ...about,
      action: 'patient.updated',
      changed_fields: ['phone', 'emergency_contact.name', 'date_of_birth'],
    }),
    somethingHappened({ ...about, action: 'patient.listed', actor: { ...actor, role: 'doctor' } }),
    somethingHappened({
      ...about,
      actor: { ...actor, username: 'olga', role: 'break_glass' },
      break_glass: { id: randomUUID(), reason_code: 'ETREAT' },
    }),
    somethingHappened({
      ...about,
      action: 'access.denied',
      outcome: 'denied',
      reason: 'patient_restricted',
    }),
    somethingHappened({
      ...about,
      action: 'patient.created',
      outcome: 'failure',
      reason: 'possible_duplicate',
    }),
    ...many(3),
    ...many(2, { ...about, hospital_id: RIVERSIDE.hospital_id }),
  ])

  await t.test('tells in words who, what, when and why, newest first', async (t) => {
    const who = { name: 'nurse_city', role: 'nurse' }
    const { occurred_at } = about
    t.same(await log(), {
      results: [
        {
          occurred_at,
          who,
          what: 'saw the record as a possible duplicate while registering somebody',
          outcome: 'failure',
          why: null,
        },
        {
          occurred_at,
          who,
          what: 'asked for the record and was refused',
          outcome: 'denied',
          why: null,
        },
        {
          occurred_at,
          who: { name: 'olga', role: 'operator of the system' },
          what: 'looked at the record',
          outcome: 'success',
          why: 'emergency treatment',
        },
        {
          occurred_at,
          who: { ...who, role: 'doctor' },
          what: 'saw the record in a list',
          outcome: 'success',
          why: null,
        },
        {
          occurred_at,
          who,
          what: 'changed the record',
          outcome: 'success',
          changed: ['phone', 'emergency contact name', 'date of birth'],
          why: null,
        },
        { occurred_at, who, what: 'registered the patient', outcome: 'success', why: null },
      ],
      next_cursor: null,
    })
  })

  await t.test('pages, each access once, and a cursor is good for one patient', async (t) => {
    const whole = (await log()).results
    const first = await log('?limit=4')
    const next = await log(`?limit=4&cursor=${first.next_cursor}`)
    t.same([...first.results, ...next.results], whole)
    t.equal(next.next_cursor, null)
    const other = await admin.get(
      `/api/patients/${randomUUID()}/access-log?cursor=${first.next_cursor}`,
    )
    t.match(other.json(), { status: 400, errors: [{ pointer: '/cursor' }] })
  })

  await t.test('asking is on record, and is no access to the record', async (t) => {
    const asked = async () =>
      (await admin.get(`/api/audit/events?patient_id=${patient}&action=audit.read`)).json().results
    await until(async () => (await asked()).length >= 4)
    t.match((await asked()).at(-1), { entity: { id: 'access-log' }, patient_ids: [patient] })
    t.equal((await log()).results.length, 6)
  })

  await t.test('only with the permission', async (t) => {
    for (const role of ['doctor', 'nurse', 'receptionist', 'staff'] as const) {
      const answer = await as({ role }).get(`/api/patients/${patient}/access-log`)
      t.match(answer.json(), { status: 403, code: 'forbidden' }, role)
    }
  })

  await t.test('what comes later is seen when it is asked next', async (t) => {
    const before = Number(await stored())
    await publish([somethingHappened(about)])
    await until(async () => Number(await stored()) > before)
    await until(async () => (await log()).results.length === 7)
    t.match((await log()).results[0], { what: 'looked at the record' })
    t.equal((await sql('select from dead_letter')).length, 0)
  })
})

t.test('there are words for whatever can be done to a patient', async (t) => {
  const ofPatients = AUDIT_ACTIONS.filter((action) =>
    /^(patient|appointment)\.(?!stats|import_read)/.test(action),
  )
  t.ok(ofPatients.length > 15)
  for (const action of ofPatients) {
    t.not(wordsFor({ action, outcome: 'success' }), 'used the record', action)
  }
  t.equal(
    wordsFor({ action: 'appointment.moved', outcome: 'denied', reason: 'no_show' }),
    'was refused: moved an appointment',
  )
  t.equal(
    wordsFor({ action: 'break_glass.opened', outcome: 'failure', reason: 'wrong_password' }),
    'tried without success: opened the protected record in an exception',
  )
})
