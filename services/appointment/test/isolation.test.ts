import { randomUUID } from 'node:crypto'
import t from 'tap'
import { inHours, open } from './helper.ts'

const CANARY = 'Riversidecanary'

t.test('two hospitals × every tenant route', async (t) => {
  const { app, as, city, hospital, doctor, patient, auditEvents } = await open(t)
  const [riverside, clerk] = [await hospital(), as('admin')]
  const theirs = as('admin', riverside)
  const names = { first_name: CANARY, last_name: CANARY }
  const foreign = {
    patient_id: (await patient(riverside, names)).id,
    doctor_id: (await doctor(riverside, names)).id,
  }
  const recurrence = { frequency: 'daily', count: 2 }
  const booked = await theirs.post('/api/appointments/series', {
    payload: { ...foreign, starts_at: new Date(), notes: CANARY, recurrence },
  })
  const [record] = booked.json().results
  const own = { patient_id: (await patient()).id, doctor_id: (await doctor()).id }
  const at = (hours: number) => ({ payload: { ...own, starts_at: inHours(hours) } })
  const base = '/api/appointments'

  const onOne = (id: string) =>
    [
      ['GET', '/:id', () => clerk.get(`${base}/${id}`)],
      ['GET', '/:id/history', () => clerk.get(`${base}/${id}/history`)],
      [
        'PUT',
        '/:id',
        () =>
          clerk.put(`${base}/${id}`, {
            payload: { doctor_id: own.doctor_id, starts_at: inHours(9) },
          }),
      ],
      ['PATCH', '/:id', () => clerk.patch(`${base}/${id}`, { payload: { notes: 'x' } })],
      ['DELETE', '/:id', () => clerk.delete(`${base}/${id}`)],
      [
        'POST',
        '/:id/transitions',
        () => clerk.post(`${base}/${id}/transitions`, { payload: { to: 'cancelled' } }),
      ],
      [
        'PATCH',
        '/:id/series',
        () => clerk.patch(`${base}/${id}/series`, { payload: { scope: 'all', notes: 'x' } }),
      ],
      [
        'POST',
        '/:id/series/cancel',
        () => clerk.post(`${base}/${id}/series/cancel`, { payload: { scope: 'all' } }),
      ],
    ] as const
  const day = inHours(0).slice(0, 10)
  const onMany = [
    ['GET', '', () => clerk.get(`${base}?limit=100&count=true`)],
    ['GET', '', () => clerk.get(`${base}?patient_id=${foreign.patient_id}`)],
    ['GET', '', () => clerk.get(`${base}?doctor_id=${foreign.doctor_id}`)],
    ['GET', '', () => clerk.get(`${base}?series_id=${record.series_id}`)],
    ['POST', '', () => clerk.post(base, at(3))],
    ['POST', '/series', () => clerk.post(`${base}/series`, seriesAt(5))],
    ['GET', '/today', () => clerk.get(`${base}/today`)],
    ['GET', '/upcoming', () => clerk.get(`${base}/upcoming`)],
    ['GET', '/search', () => clerk.get(`${base}/search?q=${CANARY}`)],
    ['POST', '/search', () => clerk.post(`${base}/search`, { payload: { q: record.patient_mrn } })],
    ['GET', '/stats', () => clerk.get(`${base}/stats`)],
    [
      'GET',
      '/slots',
      () => clerk.get(`${base}/slots?doctor_id=${own.doctor_id}&from=${day}&to=${day}`),
    ],
  ] as const
  function seriesAt(hours: number) {
    return { payload: { ...at(hours).payload, recurrence } }
  }

  await t.test('no tenant route is missing here', async (t) => {
    const tested = new Set(
      [...onOne(''), ...onMany].map(([method, path]) => `${method} ${base}${path}`),
    )
    const documented = Object.entries(app.swagger().paths ?? {}).flatMap(([path, operations]) =>
      Object.keys(operations ?? {}).map(
        (method) => `${method.toUpperCase()} ${path.replace(/\/$/, '').replace('{id}', ':id')}`,
      ),
    )
    t.same([...tested].sort(), documented.sort())
  })

  await t.test('another hospital’s id answers the same bytes as an unknown one', async (t) => {
    const unknown = onOne(randomUUID()).values()
    for (const [method, path, ask] of onOne(record.id)) {
      const [their, nobodys] = [await ask(), await unknown.next().value?.[2]()]
      t.equal(their.statusCode, 404, `${method} ${path}`)
      t.equal(withoutRequestId(their.body), withoutRequestId(nobodys?.body ?? ''))
      t.same(Object.keys(their.headers), Object.keys(nobodys?.headers ?? {}))
    }
  })

  await t.test('no answer holds a byte of the other hospital', async (t) => {
    for (const [method, path, ask] of onMany) {
      const { statusCode, body, headers } = await ask()
      t.ok(statusCode < 300, `${method} ${path} ${statusCode} ${body}`)
      t.notMatch(
        body + JSON.stringify(headers),
        new RegExp(`${CANARY}|${Object.values(foreign).join('|')}|${record.id}`, 'i'),
      )
    }
    t.equal((await clerk.get(`${base}/stats`)).json().total, 3)
  })

  await t.test('the other hospital’s record is as it was', async (t) => {
    t.strictSame((await theirs.get(`${base}/${record.id}`)).json(), record)
  })

  await t.test('every attempt is on the caller’s record, none on the other’s', async (t) => {
    const events = (await auditEvents()).filter((event) => event.entity?.id === record.id)
    const citys = events.filter((event) => event.hospital_id === city.hospital_id)
    t.equal(citys.length, onOne('').length)
    t.ok(citys.every((event) => event.outcome === 'failure' && event.reason === 'not_found'))
    t.same(
      events
        .filter((event) => event.hospital_id === riverside.hospital_id)
        .map((event) => event.action),
      ['appointment.created', 'appointment.read'],
    )
  })
})

function withoutRequestId(body: string): string {
  return body.replace(/"request_id":"[^"]*"/, '')
}
