import { randomUUID } from 'node:crypto'
import { callerOf } from '@wardstone/cluster/testing'
import t from 'tap'
import { inHours, open } from './helper.ts'

t.test('appointments', async (t) => {
  const { app, as, city, doctor, patient, calling, hospital, auditEvents } = await open(t)
  const desk = as()
  const book = async (fields: object) => desk.post('/api/appointments', { payload: fields })
  const booked = async (fields: object = {}) => {
    const people = { patient_id: (await patient()).id, doctor_id: (await doctor()).id }
    const answer = await book({ ...people, starts_at: inHours(48), ...fields })
    if (answer.statusCode !== 201) throw new Error(answer.body)
    return answer.json()
  }
  const move = (id: string, to: string, by = desk) =>
    by.post(`/api/appointments/${id}/transitions`, { payload: { to } })

  await t.test('a booking has names, half an hour and a version', async (t) => {
    const [who, whom] = [await patient(), await doctor()]
    const answer = await book({ patient_id: who.id, doctor_id: whom.id, starts_at: inHours(30) })
    t.equal(answer.statusCode, 201)
    const appointment = answer.json()
    t.match(appointment, {
      patient_name: `${who.first_name} ${who.last_name}`,
      patient_mrn: who.mrn,
      doctor_name: `${whom.first_name} ${whom.last_name}`,
      duration_minutes: 30,
      type: 'consultation',
      status: 'scheduled',
      queue_number: null,
      version: 1,
    })
    t.equal(answer.headers.location, `/api/appointments/${appointment.id}`)
    t.equal(answer.headers.etag, '"1"')
    t.same((await desk.get(`/api/appointments/${appointment.id}`)).json(), appointment)
    const [event] = (await auditEvents()).filter(({ entity }) => entity?.id === appointment.id)
    t.match(event, { action: 'appointment.created', patient_ids: [who.id] })
  })

  await t.test('defect 14: overlaps are refused, for the doctor and for the patient', async (t) => {
    const first = await booked({ starts_at: inHours(50), duration_minutes: 60 })
    const { doctor_id, patient_id } = first
    const half = new Date(Date.parse(first.starts_at) + 30 * 60_000).toISOString()
    const doctors = await book({ patient_id: (await patient()).id, doctor_id, starts_at: half })
    t.match(doctors.json(), { status: 409, code: 'slot_taken', who: 'doctor' })
    const patients = await book({ patient_id, doctor_id: (await doctor()).id, starts_at: half })
    t.match(patients.json(), { status: 409, code: 'slot_taken', who: 'patient' })
    const after = { patient_id, doctor_id, starts_at: first.ends_at }
    t.equal((await book(after)).statusCode, 201, 'one may follow the other')
  })
  await t.test('defect 14: nobody inactive, no endless visit, not long ago', async (t) => {
    const [who, whom] = [await patient(), await doctor()]
    const meeting = { patient_id: who.id, doctor_id: whom.id, starts_at: inHours(52) }
    await calling('patient', { role: 'admin', ...city }).delete(`/api/patients/${who.id}`)
    t.match((await book(meeting)).json(), { status: 409, code: 'patient_inactive' })
    await calling('hospital', { role: 'admin', ...city }).delete(`/api/doctors/${whom.id}`)
    const other = { ...meeting, patient_id: (await patient()).id }
    t.match((await book(other)).json(), { status: 409, code: 'doctor_inactive' })
    const valid = { ...other, doctor_id: (await doctor()).id }
    for (const [field, value] of [
      ['duration_minutes', 100_000],
      ['duration_minutes', 0],
      ['duration_minutes', -30],
      ['starts_at', inHours(-26)],
      ['starts_at', '2999-01-01T10:00:00Z'],
      ['starts_at', '2026-12-31T23:59:60Z'],
      ['starts_at', 'tomorrow'],
      ['type', 'party'],
    ] as const) {
      const answer = await book({ ...valid, [field]: value })
      t.match(answer.json(), { status: 400, errors: [{ pointer: `/${field}` }] }, `${value}`)
    }
  })
  await t.test('defect 15: a cancelled slot can be booked again', async (t) => {
    const first = await booked({ starts_at: inHours(54) })
    const { doctor_id, starts_at } = first
    const again = { patient_id: (await patient()).id, doctor_id, starts_at }
    t.equal((await book(again)).statusCode, 409)
    const cancelled = await desk.delete(`/api/appointments/${first.id}`)
    t.match(cancelled.json(), { status: 'cancelled', version: 2 })
    t.equal((await book(again)).statusCode, 201)
  })
  await t.test('defect 16: visits of the past can be closed', async (t) => {
    const past = () => booked({ starts_at: inHours(-2) })
    t.match((await move((await past()).id, 'no_show')).json(), { status: 'no_show' })
    t.match((await move((await past()).id, 'cancelled')).json(), { status: 'cancelled' })
    const seen = await past()
    for (const to of ['checked_in', 'in_progress', 'completed']) {
      t.match((await move(seen.id, to)).json(), { status: to })
    }
  })
  await t.test('defect 17: a status changes along the table only', async (t) => {
    const table: Record<string, string[]> = {
      scheduled: ['confirmed', 'checked_in', 'cancelled'],
      confirmed: ['checked_in', 'cancelled'],
      checked_in: ['in_progress', 'completed', 'cancelled'],
      in_progress: ['completed'],
      completed: [],
      cancelled: [],
    }
    const ways: Record<string, string[]> = {
      scheduled: [],
      confirmed: ['confirmed'],
      checked_in: ['checked_in'],
      in_progress: ['checked_in', 'in_progress'],
      completed: ['checked_in', 'completed'],
      cancelled: ['cancelled'],
    }
    for (const [from, allowed] of Object.entries(table)) {
      const { id } = await booked()
      for (const to of ways[from] ?? []) await move(id, to)
      for (const to of [...Object.keys(table), 'no_show']) {
        if (allowed.includes(to)) continue
        t.match((await move(id, to)).json(), {
          status: 409,
          code: 'invalid_transition',
          from,
          to,
          allowed,
        })
      }
    }
  })
  await t.test('who did not come may come late, on the same day', async (t) => {
    const late = await booked({ starts_at: new Date(Date.now() - 60_000).toISOString() })
    await move(late.id, 'no_show')
    const answer = (await move(late.id, 'checked_in')).json()
    const sameDay = late.starts_at.slice(0, 10) === new Date().toISOString().slice(0, 10)
    t.match(answer, sameDay ? { status: 'checked_in' } : { code: 'invalid_transition' })
  })
  await t.test('defect 18: moving onto a taken slot is refused, onto a free one not', async (t) => {
    const first = await booked({ starts_at: inHours(60) })
    const { doctor_id } = first
    const second = await booked({ doctor_id, starts_at: inHours(62) })
    const url = `/api/appointments/${second.id}`
    const onto = await desk.patch(url, { payload: { starts_at: first.starts_at } })
    t.match(onto.json(), { status: 409, code: 'slot_taken' })
    t.equal((await desk.get(url)).json().starts_at, second.starts_at)
    const free = await desk.patch(url, { payload: { starts_at: inHours(64), notes: 'later' } })
    t.match(free.json(), { starts_at: inHours(64), duration_minutes: 30, notes: 'later' })
    const history = (await desk.get(`${url}/history`)).json().results
    t.match(history, [
      { version: 1, starts_at: second.starts_at, status: 'scheduled' },
      { version: 2, starts_at: inHours(64) },
    ])
    const put = { doctor_id, starts_at: inHours(66), type: 'therapy' }
    t.match((await desk.put(url, { payload: put })).json(), { type: 'therapy', notes: null })
    await move(second.id, 'checked_in')
    const begun = await desk.patch(url, { payload: { starts_at: inHours(70) } })
    t.match(begun.json(), { status: 409, code: 'cannot_move' })
    t.equal((await desk.patch(url, { payload: { notes: 'here' } })).statusCode, 200)
  })
  await t.test('defect 24: a change meant for another version is refused', async (t) => {
    const { id } = await booked()
    const url = `/api/appointments/${id}`
    const headers = { 'if-match': '"1"' }
    t.equal((await desk.patch(url, { headers, payload: { notes: 'a' } })).statusCode, 200)
    t.match((await desk.patch(url, { headers, payload: { notes: 'b' } })).json(), { code: 'stale' })
    t.match((await desk.delete(url, { headers })).json(), { code: 'stale', version: 2 })
    const payload = { to: 'confirmed', version: 1 }
    t.match((await desk.post(`${url}/transitions`, { payload })).json(), { code: 'stale' })
  })
  await t.test('defect 25: a day is the hospital’s own', async (t) => {
    const far = await hospital({ time_zone: 'Pacific/Kiritimati' })
    const at = as('receptionist', far)
    const localDay = (hours: number) =>
      Temporal.Now.instant()
        .add({ hours })
        .toZonedDateTimeISO('Pacific/Kiritimati')
        .toPlainDate()
        .toString()
    const people = { patient_id: (await patient(far)).id, doctor_id: (await doctor(far)).id }
    for (const hours of [-20, -10, 1, 6, 13, 20, 30]) {
      const payload = { ...people, starts_at: inHours(hours) }
      t.equal((await at.post('/api/appointments', { payload })).statusCode, 201)
    }
    const before = localDay(0)
    const shown = (await at.get('/api/appointments/today?limit=100')).json().results
    if (localDay(0) !== before) return t.comment('midnight came')
    const expected = [-20, -10, 1, 6, 13, 20, 30].filter(
      (hours) =>
        Temporal.Instant.from(inHours(hours))
          .toZonedDateTimeISO('Pacific/Kiritimati')
          .toPlainDate()
          .toString() === localDay(0),
    )
    t.same(
      shown.map(({ starts_at }: { starts_at: string }) => starts_at),
      expected.map(inHours),
    )
    const day = localDay(0)
    const listed = await at.get(`/api/appointments?from=${day}&to=${day}&ordering=starts_at`)
    t.same(listed.json().results, shown)
    t.equal((await at.get('/api/appointments/stats')).json().today, expected.length)
  })

  await t.test(
    'numbers are drawn in the order of the check-ins, for each doctor and day',
    async (t) => {
      const { doctor_id } = await booked({ starts_at: inHours(72) })
      const line = []
      for (const hours of [73, 74, 75])
        line.push(await booked({ doctor_id, starts_at: inHours(hours) }))
      const days = line.map(({ starts_at }) => starts_at.slice(0, 10))
      const drawn = []
      for (const { id } of line) drawn.push((await move(id, 'checked_in')).json().queue_number)
      const expected = days.map(
        (day, index) => days.slice(0, index + 1).filter((other) => other === day).length,
      )
      t.same(drawn, expected)
      const other = await booked({ starts_at: inHours(73) })
      t.equal((await move(other.id, 'checked_in')).json().queue_number, 1)
    },
  )

  await t.test(
    'hours, absences and holidays refuse, unless a person decides otherwise',
    async (t) => {
      const admin = calling('hospital', { role: 'admin', ...city })
      const [whom, who] = [await doctor(), await patient()]
      const starts_at = inHours(200)
      const day = starts_at.slice(0, 10)
      const meeting = { patient_id: who.id, doctor_id: whom.id, starts_at }
      await admin.post(`/api/doctors/${whom.id}/exceptions`, {
        payload: { kind: 'leave', starts_on: day, ends_on: day },
      })
      const refused = await book(meeting)
      t.match(refused.json(), { status: 409, code: 'doctor_unavailable', detail: /away/ })
      const url = `/api/appointments/slots?doctor_id=${whom.id}&from=${day}&to=${day}`
      t.same((await desk.get(url)).json().results, [])
      const anyway = await book({ ...meeting, confirm_unavailable: true })
      t.equal(anyway.statusCode, 201)
      const other = await doctor()
      await admin.post('/api/holidays', { payload: { date: day, name: 'A holiday' } })
      const holiday = await book({ ...meeting, doctor_id: other.id })
      t.match(holiday.json(), { code: 'doctor_unavailable', detail: /holiday/ })
      const [{ id }] = (await admin.get('/api/holidays')).json().results
      await admin.delete(`/api/holidays/${id}`)
    },
  )

  await t.test('a department is the hospital’s, and the doctor’s unless said', async (t) => {
    const admin = calling('hospital', { role: 'admin', ...city })
    const opened = async (name: string) =>
      (await admin.post('/api/departments', { payload: { name, code: name } })).json().id
    const [hearts, bones] = [await opened('HEARTS'), await opened('BONES')]
    const whom = await doctor(city, { department_id: hearts })
    const first = await booked({ doctor_id: whom.id, starts_at: inHours(130) })
    t.equal(first.department_id, hearts)
    const at = await booked({ doctor_id: whom.id, starts_at: inHours(131), department_id: bones })
    t.equal(at.department_id, bones)
    const url = `/api/appointments/${first.id}`
    const nowhere = await desk.patch(url, { payload: { department_id: randomUUID() } })
    t.match(nowhere.json(), { status: 400, errors: [{ pointer: '/department_id' }] })
    const colleague = await doctor(city, { department_id: bones })
    const given = await desk.patch(url, { payload: { doctor_id: colleague.id } })
    t.equal(given.json().department_id, bones, 'follows the doctor')
  })

  await t.test('what is said of a restricted patient is for few', async (t) => {
    const { id, patient_id } = await booked({ reason: 'secret one', notes: 'secret two' })
    const admin = calling('patient', { role: 'admin', ...city })
    await admin.patch(`/api/patients/${patient_id}`, { payload: { is_restricted: true } })
    await booked({ patient_id, starts_at: inHours(140) })
    const url = `/api/appointments/${id}`
    for (const path of [url, `/api/appointments?patient_id=${patient_id}`]) {
      t.notMatch((await as('nurse').get(path)).body, /secret/, path)
      t.match((await as('admin').get(path)).body, /secret one.*secret two/, path)
    }
    const glass = { id: randomUUID(), reason_code: 'ETREAT', patient_id } as const
    const nurse = callerOf(app, 'appointment', { role: 'nurse', ...city, break_glass: glass })
    t.match((await nurse.get(url)).json(), { notes: 'secret two' })
  })

  await t.test('the same request with a key books once', async (t) => {
    const payload = {
      patient_id: (await patient()).id,
      doctor_id: (await doctor()).id,
      starts_at: inHours(80),
    }
    const headers = { 'idempotency-key': randomUUID() }
    const first = await desk.post('/api/appointments', { payload, headers })
    const again = await desk.post('/api/appointments', { payload, headers })
    t.same([first.statusCode, again.statusCode], [201, 201])
    t.same(again.json(), first.json())
    t.equal(again.headers['idempotency-replayed'], 'true')
    const { id } = first.json()
    const key = { 'idempotency-key': randomUUID() }
    const confirm = () =>
      desk.post(`/api/appointments/${id}/transitions`, {
        payload: { to: 'confirmed' },
        headers: key,
      })
    t.same((await confirm()).json(), (await confirm()).json())
    const other = await desk.post('/api/appointments', {
      payload: { ...payload, notes: 'other' },
      headers,
    })
    t.match(other.json(), { status: 409, code: 'idempotency_conflict' })
  })

  await t.test('is found by names of either, in any order, and by the number', async (t) => {
    const who = await patient(city, { first_name: 'Zoë', last_name: 'Ångström' })
    const whom = await doctor(city, { first_name: 'Ignaz', last_name: 'Semmelweis' })
    const { id } = await booked({ patient_id: who.id, doctor_id: whom.id, starts_at: inHours(90) })
    for (const q of ['angstrom zoe', 'ZOË', 'semmel ig', who.mrn, who.mrn.toLowerCase()]) {
      const found = (await desk.post('/api/appointments/search', { payload: { q } })).json()
      t.same(
        found.results.map((each: { id: string }) => each.id),
        [id],
        q,
      )
    }
    const none = await desk.get('/api/appointments/search?q=zoe+semmelweis')
    t.same(none.json().results, [], 'nobody has both names')
  })

  await t.test('lists by filter, in pages, and what is to come', async (t) => {
    const { doctor_id } = await booked({ starts_at: inHours(100) })
    for (const hours of [101, 102, 103]) await booked({ doctor_id, starts_at: inHours(hours) })
    const url = `/api/appointments?doctor_id=${doctor_id}&limit=3&count=true`
    const first = (await desk.get(url)).json()
    t.equal(first.count, 4)
    const second = (await desk.get(`${url}&cursor=${first.next_cursor}`)).json()
    t.equal(second.next_cursor, null)
    t.same(
      [...first.results, ...second.results].map(({ starts_at }) => starts_at),
      [103, 102, 101, 100].map(inHours),
    )
    await desk.delete(`/api/appointments/${first.results[0].id}`)
    const coming = await desk.get(`/api/appointments/upcoming?doctor_id=${doctor_id}`)
    t.same(
      coming.json().results.map(({ starts_at }: { starts_at: string }) => starts_at),
      [100, 101, 102].map(inHours),
    )
    const { total, by_status, by_type } = (await desk.get('/api/appointments/stats')).json()
    const sum = (counts: Record<string, number>) =>
      Object.values(counts).reduce((all, each) => all + each, 0)
    t.same([sum(by_status), sum(by_type)], [total, total])
  })

  await t.test('whose record it is not learns nothing', async (t) => {
    const riverside = await hospital()
    const { id, patient_id, doctor_id } = await booked()
    const stranger = as('admin', riverside)
    const own = {
      patient_id: (await patient(riverside)).id,
      doctor_id: (await doctor(riverside)).id,
    }
    for (const [field, foreign] of Object.entries({ patient_id, doctor_id })) {
      const ask = async (value: string) => {
        const payload = { ...own, starts_at: inHours(48), [field]: value }
        const { statusCode, body } = await stranger.post('/api/appointments', { payload })
        return [statusCode, body.replace(/"request_id":"[^"]*"/, '')]
      }
      t.same(await ask(foreign), await ask(randomUUID()))
      t.equal((await ask(foreign))[0], 404)
    }
    t.equal((await stranger.get(`/api/appointments/${id}`)).statusCode, 404)
    t.same((await stranger.get('/api/appointments')).json().results, [])
    t.equal(
      (
        await stranger.get(
          `/api/appointments/slots?doctor_id=${doctor_id}&from=2026-12-01&to=2026-12-02`,
        )
      ).statusCode,
      404,
    )
  })

  await t.test('roles', async (t) => {
    const { id } = await booked()
    t.equal((await as('staff').get(`/api/appointments/${id}`)).statusCode, 200)
    t.equal((await as('staff').delete(`/api/appointments/${id}`)).statusCode, 403)
    t.equal((await as('platform_admin').get('/api/appointments')).statusCode, 403)
  })
})
