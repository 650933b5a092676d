import { randomUUID } from 'node:crypto'
import t from 'tap'
import { build, CITY, newcomer, RIVERSIDE, somebody } from './helper.ts'

const CANARY = 'Riversidecanary'

t.test('POST /api/patients/import', async (t) => {
  const { as, sql, auditEvents, domainEvents } = await build(t)
  const admin = as({ role: 'admin' })
  const load = (content: string, more: object = {}, headers: Record<string, string> = {}) =>
    admin.post('/api/patients/import', {
      payload: { format: 'csv', content, ...more },
      headers,
    })
  const stored = async () =>
    (await sql<{ count: number }>('select count(*)::integer as count from patient'))[0]?.count
  const word = (n: number) =>
    [...n.toString(26).padStart(4, '0')]
      .map((digit) => String.fromCharCode(97 + Number.parseInt(digit, 26)))
      .join('')
  const HEADER = 'first_name,last_name,date_of_birth,gender,phone,national_id'
  const line = (n: number) =>
    `N${word(n)},F${word((n * 7919) % 10_000)},${1930 + (n % 90)}-0${1 + (n % 9)}-1${n % 9},male,+49 170 ${String(1_000_000 + n)},ID-${n}`
  const BAD = [
    ['date_of_birth', (n: number) => `A,B,2999-01-01,male,,ID-${n}`],
    ['gender', (n: number) => `A,B,1990-01-01,M,,ID-${n}`],
    ['last_name', (n: number) => `A,,1990-01-01,male,,ID-${n}`],
    ['phone', (n: number) => `A,B,1990-01-01,male,12,ID-${n}`],
  ] as const
  const badAt = (n: number) => (n % 500 === 499 ? BAD[((n % 2000) - 499) / 500] : undefined)
  const file = (bad: boolean) =>
    [
      HEADER,
      ...Array.from({ length: 10_000 }, (_, n) => ((bad && badAt(n)) || [null, line])[1](n)),
    ].join('\r\n')

  await t.test('a dry run of 10,000 rows names the 20 bad ones, and stores nothing', async (t) => {
    const answer = await load(file(true), { dry_run: true })
    t.equal(answer.statusCode, 200)
    const report = answer.json()
    t.match(report, { rows: 10_000, valid: 9980, would_create: 0, created: 0, duplicates: [] })
    const expected = Array.from({ length: 10_000 }, (_, n) => ({
      row: n + 1,
      column: badAt(n)?.[0],
    }))
    t.same(
      report.errors.map(({ row, column }: { row: number; column: string }) => ({ row, column })),
      expected.filter(({ column }) => column !== undefined),
    )
    t.equal(report.errors.length, 20)
    t.equal(await stored(), 0)
    t.match((await auditEvents()).at(-1), {
      action: 'patient.imported',
      outcome: 'failure',
      reason: 'dry_run',
    })
  })

  await t.test('with bad rows none is stored', async (t) => {
    const answer = await load(file(true))
    t.match(answer.json(), { status: 400, code: 'validation_failed' })
    t.match(answer.json().errors[0], { pointer: '/content', row: 500, column: 'date_of_birth' })
    t.equal(await stored(), 0)
  })

  await t.test('corrected, all are stored once, even when it is sent twice', async (t) => {
    const key = { 'idempotency-key': 'file-1' }
    const first = await load(file(false), {}, key)
    t.equal(first.statusCode, 201, first.body.slice(0, 300))
    t.match(first.json(), {
      rows: 10_000,
      valid: 10_000,
      created: 10_000,
      errors: [],
      duplicates: [],
    })
    const again = await load(file(false), {}, key)
    t.equal(again.headers['idempotency-replayed'], 'true')
    t.equal(again.body, first.body)
    t.equal(await stored(), 10_000)
    t.equal((await admin.get('/api/patients/stats')).json().total, 10_000)
    const events = (await auditEvents()).filter(
      ({ action, outcome }) => action === 'patient.imported' && outcome === 'success',
    )
    t.equal(new Set(events.flatMap(({ patient_ids = [] }) => patient_ids)).size, 10_000)
    t.equal((await domainEvents()).length, 10_000)
    const numbers = await sql<{ mrn: string }>('select mrn from patient')
    t.equal(new Set(numbers.map(({ mrn }) => mrn)).size, 10_000)
    const found = (await admin.get(`/api/patients/search?q=N${word(77)}%20F`)).json().results
    t.match(found, [{ national_id: 'ID-77' }])
    t.equal((await admin.get('/api/patients/search?q=1000077')).json().results.length, 1)
    const next = (await admin.post('/api/patients', { payload: newcomer() })).json()
    t.match(next.mrn, /^CGH-010001\d$/)
  })

  await t.test('sent again without a key its rows are likely duplicates', async (t) => {
    const three = [HEADER, line(1), line(2), line(3)].join('\n')
    const answer = await load(three)
    t.match(answer.json(), { status: 409, code: 'possible_duplicate' })
    t.match(
      answer.json().duplicates,
      [1, 2, 3].map((row) => ({ row, candidates: [{ score: 100 }] })),
    )
    t.match((await load(three, { dry_run: true })).json().duplicates.length, 3)
    t.equal((await load(three, { confirm_duplicates: true })).statusCode, 201)
    const theirs = as({ role: 'admin', ...RIVERSIDE })
    const payload = { format: 'csv', content: three, dry_run: true }
    t.same((await theirs.post('/api/patients/import', { payload })).json().duplicates, [])
  })

  await t.test('rows of one person are each other’s duplicates', async (t) => {
    const twice = `${HEADER}\nXenia,Quist,1970-01-01,female,,\nQUIST,Xenia,1970-01-01,female,,\n`
    t.same((await load(twice, { dry_run: true })).json().duplicates, [
      { row: 2, candidates: [], rows: [1] },
    ])
  })

  await t.test('NDJSON takes what the door takes', async (t) => {
    const content = [
      somebody({
        first_name: 'Zora',
        allergies: [{ substance: 'nuts', category: 'food', criticality: 'high', status: 'active' }],
      }),
      {
        first_name: 'Zeno',
        last_name: 'Elea',
        estimated_age: 30,
        identifiers: [{ type: 'old_mrn', value: 'OLD-5' }],
      },
    ]
    const answer = await load(content.map((row) => JSON.stringify(row)).join('\n'), {
      format: 'ndjson',
    })
    t.equal(answer.statusCode, 201, answer.body)
    t.match((await admin.get('/api/patients/search?q=old5')).json().results, [
      { first_name: 'Zeno', date_of_birth_estimated: true },
    ])
    for (const [row, column] of [
      ['nonsense', ''],
      ['{"first_name":"a\\u0000"}', 'first_name'],
      [JSON.stringify(somebody({ mrn: 'X' })), 'mrn'],
      ['7', ''],
      ['{"__proto__":{"first_name":"A"}}', '__proto__'],
    ]) {
      const { errors } = (await load(row as string, { format: 'ndjson', dry_run: true })).json()
      t.ok(
        errors.some((error: { column: string }) => error.column === column),
        `${row} ${JSON.stringify(errors)}`,
      )
    }
  })

  await t.test('a file that is none is refused as such', async (t) => {
    for (const content of [
      'a,b\n1,2',
      `${HEADER}\n"open`,
      HEADER,
      'first_name,first_name\nA,B',
      '\n',
    ]) {
      const answer = await load(content)
      t.match(answer.json(), { status: 400, errors: [{ pointer: '/content' }] }, content)
    }
    t.equal((await load(`${HEADER}\n${'A,B,1990-01-01,male,,\n'.repeat(20_001)}`)).statusCode, 400)
    const [large] = ['x'.repeat(17_000_000)]
    t.equal((await load(large as string)).statusCode, 413)
    t.equal(
      (await admin.post('/api/patients', { payload: { address: 'x'.repeat(70_000) } })).statusCode,
      413,
    )
  })

  await t.test('only who may', async (t) => {
    for (const role of ['doctor', 'nurse', 'receptionist', 'staff'] as const) {
      const payload = { format: 'csv', content: HEADER }
      t.equal((await as({ role }).post('/api/patients/import', { payload })).statusCode, 403)
      t.equal((await as({ role }).get('/api/patients/export')).statusCode, 403)
    }
    const glass = {
      break_glass: { id: randomUUID(), reason_code: 'ETREAT' as const, patient_id: null },
    }
    t.equal((await as({ role: 'admin', ...glass }).get('/api/patients/export')).statusCode, 403)
  })
})

t.test('GET /api/patients/export', async (t) => {
  const { as, sql, auditEvents } = await build(t)
  const admin = as({ role: 'admin' })
  const theirs = as({ role: 'admin', ...RIVERSIDE })
  await theirs.post('/api/patients', { payload: newcomer({ first_name: CANARY }) })
  const tricky: ReturnType<typeof newcomer> & { first_name: string } = newcomer({
    first_name: '=HYPERLINK("x")',
    last_name: 'O"Brien, the\nsecond',
    phone: '+49 170 1',
    address: '@here',
    emergency_contact: { name: '-Ann', phone: '123' },
    medical_history: '\tasthma',
  })
  const first = (await admin.post('/api/patients', { payload: tricky })).json()
  await sql(`insert into patient (hospital_id, id, mrn, first_name, last_name, name_sort, gender, date_of_birth, created_at)
    select '${CITY.hospital_id}', gen_random_uuid(), 'E-' || n, 'A', 'B', 'b a', 'male', '1990-01-01', now() + n * interval '1 ms'
    from generate_series(1, 450) as n`)

  await t.test(
    'CSV: every patient of the hospital once, nothing a spreadsheet would run',
    async (t) => {
      const { headers, body } = await admin.get('/api/patients/export')
      t.match(headers, {
        'content-type': 'text/csv; charset=utf-8; header=present',
        'content-disposition': 'attachment; filename="patients.csv"',
      })
      const [head, row] = body.split('\r\n')
      t.match(head, /^id,mrn,first_name,.*,medical_history,allergies,allergy_status$/)
      t.match(body, `"'=HYPERLINK(""x"")","O""Brien, the\nsecond"`)
      t.match(body, /,'\+49 170 1,/)
      t.match(body, /,'@here,/)
      t.match(body, /,'-Ann,/)
      t.notMatch(body, CANARY)
      t.ok(row)
      t.equal(body.match(/\r\n/g)?.length, 452)
    },
  )

  await t.test('each page is on record before it leaves', async (t) => {
    const exported = (await auditEvents()).filter(({ action }) => action === 'patient.exported')
    t.same(
      exported.map(({ patient_ids }) => patient_ids?.length),
      [200, 200, 51],
    )
    t.ok(exported.every(({ hospital_id }) => hospital_id === CITY.hospital_id))
  })

  await t.test('NDJSON: the patients as the API shows them', async (t) => {
    const { headers, body } = await admin.get('/api/patients/export?format=ndjson')
    t.equal(headers['content-type'], 'application/x-ndjson')
    const lines = body
      .trim()
      .split('\n')
      .map((each) => JSON.parse(each))
    t.equal(new Set(lines.map(({ id }) => id)).size, 451)
    t.strictSame(lines[0], first)
  })

  await t.test('an empty hospital has a head and an event', async (t) => {
    const nobody = as({ role: 'admin', hospital_id: randomUUID(), hospital_name: 'New' })
    t.equal((await nobody.get('/api/patients/export')).body.match(/\r\n/g)?.length, 1)
    t.match((await auditEvents()).at(-1), { action: 'patient.exported', patient_ids: [] })
    t.equal((await nobody.get('/api/patients/export?format=ndjson')).body, '')
  })

  await t.test('what was exported can be imported', async (t) => {
    const { body } = await admin.get('/api/patients/export')
    const [head = '', ...rows] = body.split('\r\n')
    const keep = ['first_name', 'last_name', 'date_of_birth', 'phone', 'address']
    const columns = head
      .split(',')
      .map((name, index) => [name, index] as const)
      .filter(([name]) => keep.includes(name))
    const plain = rows.at(-2)?.split(',') ?? []
    const content = `${columns.map(([name]) => name).join(',')}\n${columns.map(([, index]) => plain[index]).join(',')}`
    const payload = { format: 'csv', content }
    t.equal((await theirs.post('/api/patients/import', { payload })).statusCode, 201)
    const formula = `first_name,last_name,date_of_birth\n"'=HYPERLINK(""x"")",Y,1990-01-01`
    await theirs.post('/api/patients/import', { payload: { format: 'csv', content: formula } })
    const [back] = (await theirs.get('/api/patients/search?q=hyperlink')).json().results
    t.equal(back.first_name, tricky.first_name)
  })
})
