import { randomUUID } from 'node:crypto'
import t from 'tap'
import { build, CITY, newcomer, RIVERSIDE, somebody } from './helper.ts'

const CANARY = 'Riversidecanary'

t.test('two hospitals × every tenant route', async (t) => {
  const { app, as, sql, auditEvents } = await build(t)
  const city = as({ role: 'admin' })
  const riverside = as({ role: 'admin', ...RIVERSIDE })
  const peer = as({ role: 'system' })
  const secret = somebody({
    first_name: CANARY,
    last_name: CANARY,
    phone: '+49 30 7777777',
    medical_history: CANARY,
  })
  const { medical_history: _, ...named } = {
    ...secret,
    first_name: 'Somebody',
    last_name: 'Else',
  } as {
    medical_history?: string
  }
  const foreign = (await riverside.post('/api/patients', { payload: secret })).json()
  await city.post('/api/patients', { payload: newcomer() })

  const fileOf = (row: object, more: object = {}) => ({
    payload: { format: 'ndjson', content: JSON.stringify(row), ...more },
  })
  const foreignImport = (
    await riverside.post('/api/patients/import', fileOf(secret, { dry_run: true }))
  ).json().import_id

  const onOne = (id: string, importId = id) =>
    [
      ['GET', '/api/patients/imports/:id', () => city.get(`/api/patients/imports/${importId}`)],
      ['GET', '/api/patients/:id', () => city.get(`/api/patients/${id}`)],
      ['PUT', '/api/patients/:id', () => city.put(`/api/patients/${id}`, { payload: somebody() })],
      [
        'PATCH',
        '/api/patients/:id',
        () => city.patch(`/api/patients/${id}`, { payload: { first_name: 'X' } }),
      ],
      ['DELETE', '/api/patients/:id', () => city.delete(`/api/patients/${id}`)],
      ['POST', '/api/patients/:id/reactivate', () => city.post(`/api/patients/${id}/reactivate`)],
    ] as const
  const onMany = [
    ['GET', '/api/patients', () => city.get('/api/patients?limit=100&count=true')],
    ['POST', '/api/patients', () => city.post('/api/patients', { payload: newcomer() })],
    ['GET', '/api/patients/search', () => city.get(`/api/patients/search?q=${CANARY}`)],
    [
      'POST',
      '/api/patients/search',
      () => city.post('/api/patients/search', { payload: { q: '7777777' } }),
    ],
    ['GET', '/api/patients/search', () => city.get(`/api/patients/search?q=${foreign.mrn}`)],
    ['GET', '/api/patients/stats', () => city.get('/api/patients/stats')],
    ['GET', '/api/patients/export', () => city.get('/api/patients/export')],
    [
      'POST',
      '/api/patients/import',
      () => city.post('/api/patients/import', fileOf(named, { dry_run: true })),
    ],
    ['GET', '/api/patients/imports', () => city.get('/api/patients/imports')],
    ['GET', '/internal/patients', () => peer.get(`/internal/patients?ids=${foreign.id}`)],
  ] as const

  await t.test('no tenant route is missing here', async (t) => {
    const tested = new Set([...onOne(''), ...onMany].map(([method, url]) => `${method} ${url}`))
    const documented = Object.entries(app.swagger().paths ?? {}).flatMap(([path, operations]) =>
      Object.keys(operations ?? {}).map(
        (method) => `${method.toUpperCase()} ${path.replace(/\/$/, '').replace('{id}', ':id')}`,
      ),
    )
    const internal = ['GET /internal/patients']
    t.same([...tested].sort(), [...documented, ...internal].sort())
  })

  await t.test('another hospital’s id answers the same bytes as an unknown one', async (t) => {
    const unknown = onOne(randomUUID()).values()
    for (const [method, url, ask] of onOne(foreign.id, foreignImport)) {
      const theirs = await ask()
      const nobodys = await unknown.next().value?.[2]()
      if (!nobodys) throw new Error('as many unknown ones')
      t.equal(theirs.statusCode, 404, `${method} ${url}`)
      t.equal(withoutRequestId(theirs.body), withoutRequestId(nobodys.body))
      t.same(Object.keys(theirs.headers), Object.keys(nobodys.headers))
    }
  })

  await t.test('no answer holds a byte of the other hospital', async (t) => {
    for (const [method, url, ask] of onMany) {
      const { statusCode, body, headers } = await ask()
      t.ok(statusCode < 300, `${method} ${url} ${statusCode}`)
      t.notMatch(
        body + JSON.stringify(headers),
        new RegExp(`${CANARY}|${foreign.id}|${foreignImport}|${foreign.mrn}|7777777`, 'i'),
      )
    }
    t.equal((await city.get('/api/patients/stats')).json().total, 2)
  })

  await t.test('the other hospital’s record is as it was', async (t) => {
    t.strictSame((await riverside.get(`/api/patients/${foreign.id}`)).json(), foreign)
    t.same(await sql(`select distinct hospital_id from patient where first_name = '${CANARY}'`), [
      { hospital_id: RIVERSIDE.hospital_id },
    ])
  })

  await t.test('every attempt is on the caller’s record, none on the other’s', async (t) => {
    const events = (await auditEvents()).filter((event) => event.entity?.id === foreign.id)
    const citys = events.filter((event) => event.hospital_id === CITY.hospital_id)
    t.equal(citys.length, 5)
    t.ok(citys.every((event) => event.outcome === 'failure' && event.reason === 'not_found'))
    t.same(
      events
        .filter((event) => event.hospital_id === RIVERSIDE.hospital_id)
        .map((event) => event.action),
      ['patient.created', 'patient.read'],
    )
  })
})

function withoutRequestId(body: string): string {
  return body.replace(/"request_id":"[^"]*"/, '')
}
