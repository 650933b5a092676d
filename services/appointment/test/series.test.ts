import { randomUUID } from 'node:crypto'
import t from 'tap'
import { open } from './helper.ts'

interface Each {
  id: string
  starts_at: string
  status: string
}

const MORNING = `${new Date(Date.now() + 3 * 86_400_000).toISOString().slice(0, 10)}T10:00:00.000Z`

/** Minutes after a morning, at which no clock jumps. */
function soon(minutes: number): string {
  return new Date(Date.parse(MORNING) + minutes * 60_000).toISOString()
}

t.test('series', async (t) => {
  const { as, hospital, doctor, patient, auditEvents } = await open(t)
  const berlin = await hospital({ time_zone: 'Europe/Berlin' })
  const desk = as('receptionist', berlin)
  const start = async (fields: object = {}, recurrence: object = {}) => {
    const people = { patient_id: (await patient(berlin)).id, doctor_id: (await doctor(berlin)).id }
    const payload = {
      ...people,
      starts_at: soon(50),
      ...fields,
      recurrence: { frequency: 'weekly', count: 5, ...recurrence },
    }
    return { payload, answer: await desk.post('/api/appointments/series', { payload }) }
  }
  const timeOf = ({ starts_at }: Each) =>
    Temporal.Instant.from(starts_at).toZonedDateTimeISO('Europe/Berlin').toPlainTime().toString()
  const list = async (series_id: string): Promise<Each[]> =>
    (await desk.get(`/api/appointments?series_id=${series_id}&ordering=starts_at`)).json().results

  await t.test('each appointment is at the same time of the clock', async (t) => {
    const { answer } = await start({}, { count: 52 })
    t.equal(answer.statusCode, 201)
    const { results, series_id } = answer.json()
    t.equal(results.length, 52)
    t.equal(new Set(results.map(timeOf)).size, 1, 'summer and winter')
    t.same(await list(series_id), results.slice(0, 20))
  })

  await t.test('all are booked, or none', async (t) => {
    const { answer, payload } = await start()
    const third = answer.json().results[2]
    await desk.delete(`/api/appointments/${answer.json().results[0].id}`)
    const patient_id = (await patient(berlin)).id
    const again = await desk.post('/api/appointments/series', {
      payload: { ...payload, patient_id },
    })
    t.match(again.json(), { code: 'slot_taken', who: 'doctor' })
    t.not(again.json().starts_at, third.starts_at, 'the first that is taken is named')
    t.same((await desk.get(`/api/appointments?patient_id=${patient_id}`)).json().results, [])
  })

  await t.test('once for a key', async (t) => {
    const { payload } = await start({ starts_at: soon(60) })
    const other = { ...payload, starts_at: soon(160) }
    const headers = { 'idempotency-key': randomUUID() }
    const ask = () => desk.post('/api/appointments/series', { payload: other, headers })
    const [first, second] = [await ask(), await ask()]
    t.same(first.json(), second.json())
    t.equal(second.headers['idempotency-replayed'], 'true')
  })

  await t.test('this one, this and later ones, or all are changed', async (t) => {
    const { answer } = await start({ starts_at: soon(70) })
    const { results, series_id } = answer.json()
    const third = `/api/appointments/${results[2].id}`
    await desk.patch(third, { payload: { notes: 'this' } })
    const hourLater = new Date(Date.parse(results[2].starts_at) + 3_600_000).toISOString()
    const moved = await desk.patch(`${third}/series`, {
      payload: { scope: 'this_and_later', starts_at: hourLater, reason: 'later' },
    })
    t.equal(moved.statusCode, 200, moved.body)
    const now = await list(series_id)
    t.same(
      now.slice(0, 2).map(({ starts_at }) => starts_at),
      results.slice(0, 2).map(({ starts_at }: Each) => starts_at),
    )
    t.equal(now[2]?.starts_at, hourLater)
    t.equal(new Set(now.slice(2).map(timeOf)).size, 1)
    t.not(timeOf(now[3] as Each), timeOf(results[3]))
    const weekLater = new Date(Date.parse(results[0].starts_at) + 7 * 86_400_000).toISOString()
    const all = await desk.patch(`/api/appointments/${results[0].id}/series`, {
      payload: { scope: 'all', starts_at: weekLater },
    })
    t.equal(all.statusCode, 200, 'a series is not in its own way')
    t.equal(all.json().results.length, 5)
    const ids = new Set(results.map(({ id }: Each) => id))
    const events = (await auditEvents()).filter(({ entity }) => ids.has(entity?.id))
    t.equal(events.filter(({ action }) => action === 'appointment.moved').length, 3 + 5)
  })

  await t.test('this and later ones, or all are cancelled', async (t) => {
    const { answer } = await start({ starts_at: soon(90) })
    const { results, series_id } = answer.json()
    const cancel = (index: number, scope: string) =>
      desk.post(`/api/appointments/${results[index].id}/series/cancel`, {
        payload: { scope, reason: 'recovered' },
      })
    t.equal((await cancel(3, 'this_and_later')).json().results.length, 2)
    const statuses = async () => (await list(series_id)).map(({ status }) => status)
    t.same(await statuses(), ['scheduled', 'scheduled', 'scheduled', 'cancelled', 'cancelled'])
    t.equal((await cancel(4, 'all')).json().results.length, 3)
    t.ok((await statuses()).every((status) => status === 'cancelled'))
  })

  await t.test('who was changed alone stays so, unless it is said', async (t) => {
    const { answer } = await start({ starts_at: soon(30) })
    const { results, series_id } = answer.json()
    const third = `/api/appointments/${results[2].id}`
    const substitute = (await doctor(berlin)).id
    const later = new Date(Date.parse(results[2].starts_at) + 3 * 3_600_000).toISOString()
    await desk.patch(third, { payload: { doctor_id: substitute, starts_at: later } })
    const first = `/api/appointments/${results[0].id}/series`
    await desk.patch(first, { payload: { scope: 'all', notes: 'x' } })
    t.match((await list(series_id))[2], { doctor_id: substitute, starts_at: later, notes: 'x' })
    const stale = await desk.patch(first, {
      payload: { scope: 'all', notes: 'y' },
      headers: { 'if-match': '"1"' },
    })
    t.match(stale.json(), { status: 412, code: 'stale' })
    const offset = results[0].starts_at.replace('T10:30:00.000Z', 'T15:20:00+05:00')
    const earlier = await desk.patch(first, { payload: { scope: 'all', starts_at: offset } })
    t.equal(earlier.statusCode, 200, earlier.body)
    const moved = await list(series_id)
    t.equal(Date.parse(results[0].starts_at) - Date.parse(moved[0]?.starts_at ?? ''), 600_000)
    t.equal(Date.parse(later) - Date.parse(moved[2]?.starts_at ?? ''), 600_000)
  })

  await t.test('what is no series has none', async (t) => {
    const { payload } = await start({ starts_at: soon(95) })
    const { recurrence: _, ...single } = payload
    const alone = await desk.post('/api/appointments', {
      payload: { ...single, starts_at: soon(197) },
    })
    const url = `/api/appointments/${alone.json().id}/series`
    const answer = await desk.patch(url, { payload: { scope: 'all', notes: 'x' } })
    t.match(answer.json(), { status: 409, code: 'not_of_series' })
    const other = as('admin', await hospital())
    t.equal((await other.patch(url, { payload: { scope: 'all', notes: 'x' } })).statusCode, 404)
  })
})
