import { randomUUID } from 'node:crypto'
import t from 'tap'
import { aDepartment, aDoctor, build } from './helper.ts'

t.test('departments of one hospital', async (t) => {
  const { as, admin, hospital, auditEvents } = await build(t)
  const city = await hospital()
  const asAdmin = admin(city)
  const open = async (changes: object = {}) => {
    const answer = await asAdmin.post('/api/departments', { payload: aDepartment(changes) })
    t.equal(answer.statusCode, 201, answer.body)
    return answer.json()
  }

  await t.test('are opened, changed, closed and opened again', async (t) => {
    const head = (await asAdmin.post('/api/doctors', { payload: aDoctor() })).json()
    const body = aDepartment({ name: 'Cafe\u0301', head_doctor_id: head.id })
    const created = await asAdmin.post('/api/departments', { payload: body })
    t.equal(created.statusCode, 201)
    const { id } = created.json()
    const url = `/api/departments/${id}`
    t.match(created.headers, { location: url, etag: '"1"' })
    t.match(created.json(), { ...body, name: 'Café', description: null, is_active: true })
    t.strictSame((await asAdmin.get(url)).json(), created.json())
    const patched = await asAdmin.patch(url, { payload: { description: 'Third floor' } })
    t.match(patched.json(), { description: 'Third floor', head_doctor_id: head.id, version: 2 })
    const replaced = await asAdmin.put(url, { payload: aDepartment({ code: 'X-1' }) })
    t.match(replaced.json(), { description: null, head_doctor_id: null, version: 3 })
    t.match((await asAdmin.delete(url)).json(), { is_active: false, version: 4 })
    t.match((await asAdmin.delete(url)).json(), { version: 4 }, 'twice is once')
    const headers = { 'idempotency-key': randomUUID() }
    const back = await asAdmin.post(`${url}/reactivate`, { headers })
    t.match(back.json(), { is_active: true, version: 5 })
    t.equal((await asAdmin.post(`${url}/reactivate`, { headers })).body, back.body)
    const events = (await auditEvents()).filter(({ entity }) => entity?.id === id)
    t.match(
      events.map(({ action, outcome, changed_fields }) => [action, outcome, changed_fields]),
      [
        ['department.created', 'success', undefined],
        ['department.updated', 'success', ['description']],
        ['department.updated', 'success', ['name', 'code', 'description', 'head_doctor_id']],
        ['department.deactivated', 'success', ['is_active']],
        ['department.reactivated', 'success', ['is_active']],
        ['department.reactivated', 'failure', undefined],
      ],
    )
  })

  await t.test('a code is had once in a hospital, whatever its case', async (t) => {
    const { id } = await open({ code: 'Card 1' })
    const again = await asAdmin.post('/api/departments', {
      payload: aDepartment({ code: 'CARD  1' }),
    })
    t.match(again.json(), {
      status: 409,
      code: 'department_code_taken',
      errors: [{ pointer: '/code' }],
    })
    t.match((await auditEvents()).at(-1), {
      action: 'department.created',
      outcome: 'failure',
      reason: 'department_code_taken',
    })
    const other = await open()
    const moved = await asAdmin.patch(`/api/departments/${other.id}`, {
      payload: { code: 'card 1' },
    })
    t.equal(moved.json().code, 'department_code_taken')
    const same = await asAdmin.patch(`/api/departments/${id}`, { payload: { code: 'CARD 1' } })
    t.match(same.json(), { code: 'CARD 1', version: 2 }, 'but it may be written otherwise')
    const elsewhere = admin(await hospital())
    const payload = aDepartment({ code: 'Card 1' })
    t.equal((await elsewhere.post('/api/departments', { payload })).statusCode, 201)
  })

  await t.test('defect 24: nobody overwrites what they have not seen', async (t) => {
    const { id } = await open()
    const url = `/api/departments/${id}`
    const change = (name: string) =>
      asAdmin.patch(url, { payload: { name }, headers: { 'if-match': '"1"' } })
    const answers = await Promise.all(['A', 'B', 'C'].map(change))
    t.same(answers.map(({ statusCode }) => statusCode).sort(), [200, 412, 412])
    const put = await asAdmin.put(url, { payload: { ...aDepartment(), version: 1 } })
    t.match(put.json(), { status: 412, code: 'stale', version: 2 })
  })

  await t.test('defects 20 and 23: what is wrong is a 400 that names the field', async (t) => {
    const { id } = await open()
    for (const [pointer, changes] of [
      ['/name', { name: '' }],
      ['/code', { code: undefined }],
      ['/code', { code: 'x'.repeat(33) }],
      ['/head_doctor_id', { head_doctor_id: randomUUID() }],
      ['/is_active', { is_active: 'no' }],
      ['/version', { version: 1 }],
    ] as const) {
      const answer = await asAdmin.post('/api/departments', { payload: aDepartment(changes) })
      t.match(answer.json(), { status: 400, errors: [{ pointer }] })
    }
    const put = await asAdmin.put(`/api/departments/${id}`, { payload: { name: 'Only' } })
    t.match(put.json(), { status: 400, errors: [{ pointer: '/code', message: 'is required' }] })
    t.equal((await asAdmin.get('/api/departments/stats')).statusCode, 200)
    t.equal((await asAdmin.get('/api/departments/search?q=car')).statusCode, 200)
  })

  await t.test('who may', async (t) => {
    const { id } = await open()
    for (const role of ['doctor', 'nurse', 'receptionist', 'staff'] as const) {
      const member = as({ role, hospital_id: city.id })
      t.equal((await member.get(`/api/departments/${id}`)).statusCode, 200)
      const answer = await member.patch(`/api/departments/${id}`, { payload: { name: 'x' } })
      t.match(answer.json(), { status: 403, code: 'forbidden' }, role)
    }
  })
})

t.test('lists, search and statistics of departments', async (t) => {
  const { admin, hospital } = await build(t)
  const asAdmin = admin(await hospital())
  for (const name of ['Chirurgie', 'Ärzte', 'Zentrale Notaufnahme', 'Blutbank'])
    await asAdmin.post('/api/departments', { payload: aDepartment({ name }) })
  const named = async (path: string) =>
    (await asAdmin.get(`/api/departments${path}`))
      .json()
      .results.map(({ name }: { name: string }) => name)

  t.same(await named(''), ['Ärzte', 'Blutbank', 'Chirurgie', 'Zentrale Notaufnahme'])
  t.same(await named('?ordering=-name&limit=1'), ['Zentrale Notaufnahme'])
  t.same(await named('/search?q=notauf+zen'), ['Zentrale Notaufnahme'])
  t.same(await named('/search?q=AR'), ['Ärzte'])
  const posted = await asAdmin.post('/api/departments/search', { payload: { q: 'blut' } })
  const [bank] = posted.json().results
  await asAdmin.delete(`/api/departments/${bank.id}`)
  t.same(await named('?is_active=false'), ['Blutbank'])
  t.same(await named('/search?q=blut'), [])
  t.same(await named('/search?q=blut&is_active=false'), ['Blutbank'])
  t.same((await asAdmin.get('/api/departments/stats')).json(), {
    total: 4,
    active: 3,
    inactive: 1,
  })
  const pages: string[] = []
  for (let url: string | undefined = '/api/departments?limit=3&count=true'; url; ) {
    const answer = await asAdmin.get(url)
    t.equal(answer.json().count, 4)
    pages.push(...answer.json().results.map(({ name }: { name: string }) => name))
    url = /<(.*)>; rel="next"/.exec(String(answer.headers.link))?.[1]
  }
  t.same(pages, ['Ärzte', 'Blutbank', 'Chirurgie', 'Zentrale Notaufnahme'])
})
