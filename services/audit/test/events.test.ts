import { randomUUID } from 'node:crypto'
import t from 'tap'
import { canonicalJson } from '../src/chain/canonical.ts'
import { build, many, somethingHappened, until } from './helper.ts'

t.test('GET /api/audit/events', async (t) => {
  const { as, stored, publish, sql } = await build(t)
  const admin = as({ role: 'admin' })
  const patient = randomUUID()
  const actor = { ...somethingHappened().actor, id: randomUUID() }
  const shown = somethingHappened({
    patient_ids: [patient, randomUUID()],
    action: 'patient.listed',
  })
  const byActor = somethingHappened({ actor, entity: { type: 'patient', id: patient } })
  const denied = somethingHappened({
    outcome: 'denied',
    action: 'access.denied',
    reason: 'lacks x',
  })
  const old = somethingHappened({ occurred_at: '2020-02-29T23:59:59.999Z' })
  const broken = { id: randomUUID(), reason_code: 'ETREAT' as const }
  const underGlass = somethingHappened({ break_glass: broken })
  const underAnother = somethingHappened({ break_glass: { ...broken, id: randomUUID() } })
  const events = [shown, byActor, denied, old, underGlass, underAnother]
  await publish(events)
  await until(async () => (await stored()) === 6)
  const list = async (query: string) => (await admin.get(`/api/audit/events${query}`)).json()
  const ids = async (query: string) =>
    (await list(query)).results
      .filter(({ action }: { action: string }) => action !== 'audit.read')
      .map(({ id }: { id: string }) => id)

  await t.test('tells every event as its producer told it', async (t) => {
    const { results } = await list('')
    for (const event of events) {
      t.match(
        results.find(({ id }: { id: string }) => id === event.id),
        event,
      )
    }
    t.match(results[0], {
      seq: 6,
      recorded_at: /Z$/,
      prev_hash: results[1].hash,
      hash: /^[0-9a-f]{64}$/,
    })
  })

  for (const [filter, event] of [
    [`patient_id=${patient}`, shown],
    [`actor_id=${actor.id}`, byActor],
    [`break_glass_id=${broken.id}`, underGlass],
    ['action=access.denied', denied],
    ['outcome=denied', denied],
    ['to=2020-03-01T00:00:00.000Z', old],
    [`outcome=denied&action=access.denied&from=2021-01-01T00:00:00.000Z`, denied],
  ] as const) {
    await t.test(`filters by ${filter}`, async (t) => {
      t.same(await ids(`?${filter}`), [event.id])
    })
  }

  await t.test('pages through all, newest first, each once', async (t) => {
    await publish(many(30))
    await until(
      async () => (await sql(`select from event where action = 'patient.read'`)).length >= 34,
    )
    const seen: number[] = []
    let answer = await admin.get('/api/audit/events?limit=7&action=patient.read')
    for (;;) {
      const page = answer.json()
      seen.push(...page.results.map(({ seq }: { seq: number }) => seq))
      if (page.next_cursor === null) break
      const next = String(answer.headers.link).match(/^<(.*)>; rel="next"$/)?.[1]
      answer = await admin.get(next ?? '')
    }
    t.equal(seen.length, 34)
    t.same(
      seen,
      [...new Set(seen)].sort((a, b) => b - a),
    )
  })

  await t.test('a cursor is good for its own list only', async (t) => {
    const { next_cursor } = await list('?limit=1')
    t.equal((await admin.get(`/api/audit/events?cursor=${next_cursor}`)).statusCode, 200)
    const other = await admin.get(`/api/audit/events?cursor=${next_cursor}&outcome=denied`)
    t.match(other.json(), { status: 400, errors: [{ pointer: '/cursor' }] })
    t.equal((await admin.get(`/api/audit/events?cursor=1${next_cursor}`)).statusCode, 400)
  })

  await t.test('is exported as it was hashed, from the first to the last', async (t) => {
    const answer = await admin.get('/api/audit/export')
    t.match(answer.headers, {
      'content-type': 'application/x-ndjson',
      'content-disposition': 'attachment; filename="audit.ndjson"',
    })
    const lines = answer.body
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line))
    t.same(
      lines.map(({ seq }) => seq),
      lines.map((_, index) => index + 1),
    )
    const { results } = await list(`?patient_id=${patient}&action=patient.listed`)
    const [{ recorded_at, seq, prev_hash, hash }] = results
    t.same(lines[seq - 1], {
      hospital_id: shown.hospital_id,
      seq,
      event_id: shown.id,
      occurred_at: shown.occurred_at,
      payload_canon: canonicalJson({ ...shown, recorded_at }),
      prev_hash,
      hash,
    })
  })

  await t.test('is exported by filters, with the name of a part', async (t) => {
    const answer = await admin.get('/api/audit/export?outcome=denied')
    t.match(answer.headers, { 'content-disposition': /filename="audit-filtered.ndjson"/ })
    t.match(JSON.parse(answer.body), { event_id: denied.id })
    const none = await admin.get(`/api/audit/export?actor_id=${randomUUID()}`)
    t.match(none, { statusCode: 200, body: '' })
  })

  await t.test('is exported for a spreadsheet, in which nothing is a formula', async (t) => {
    const reason = '=HYPERLINK("https://example.org")'
    const id = randomUUID()
    await publish([somethingHappened({ id, reason, action: 'patient.exported' })])
    await until(async () => (await sql(`select from event where event_id = '${id}'`)).length > 0)
    const answer = await admin.get('/api/audit/export?format=csv&action=patient.exported')
    t.match(answer.headers, { 'content-type': 'text/csv; charset=utf-8; header=present' })
    const [head, line, end] = answer.body.split('\r\n')
    t.match(head, /^seq,occurred_at,recorded_at,service,action,/)
    t.match(line, `,"'=HYPERLINK(""https://example.org"")",`)
    t.equal(end, '')
    const none = await admin.get(`/api/audit/export?format=csv&actor_id=${randomUUID()}`)
    t.equal(none.body, `${head}\r\n`)
  })

  await t.test('refuses what it does not know', async (t) => {
    for (const query of [
      'actor_id=x',
      'break_glass_id=x',
      'action=made.up',
      'from=yesterday',
      'limit=101',
      'colour=red',
    ]) {
      for (const route of ['events', 'export']) {
        const answer = await admin.get(`/api/audit/${route}?${query}`)
        t.match(answer.json(), { code: 'validation_failed' })
      }
    }
  })

  await t.test('reading is itself on record, with the patient it was about', async (t) => {
    const reader = randomUUID()
    const curious = as({ role: 'admin', user_id: reader })
    await curious.get(`/api/audit/events?patient_id=${patient}`)
    const reads = async () => (await list(`?actor_id=${reader}`)).results
    await until(async () => (await reads()).length === 1)
    await curious.get(`/api/audit/export?patient_id=${patient}`)
    await until(async () => (await reads()).length === 2)
    t.match(await reads(), [
      { action: 'audit.read', entity: { id: 'export' }, patient_ids: [patient] },
      { action: 'audit.read', service: 'audit', outcome: 'success', patient_ids: [patient] },
    ])
  })

  await t.test('only with the permission; the refusal is on record', async (t) => {
    const answer = await as({ role: 'doctor' }).get('/api/audit/events')
    t.match(answer.json(), { status: 403, code: 'forbidden' })
    await until(async () => (await ids('?action=access.denied')).length === 2)
    const platform = await as({
      role: 'platform_admin',
      hospital_id: null,
      hospital_name: null,
    }).get('/api/audit/events')
    t.match(platform.json(), { status: 403, code: 'no_hospital_context' })
  })
})
