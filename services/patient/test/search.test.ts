import t from 'tap'
import { build, newcomer, RIVERSIDE } from './helper.ts'

t.test('the one search box', async (t) => {
  const { as, auditEvents } = await build(t)
  const nurse = as({ role: 'nurse' })
  const people = [
    { first_name: 'José', last_name: 'García Márquez', phone: '+34 600 555 012' },
    { first_name: 'Jonathan', last_name: 'Müller', phone: '0171/555-0199' },
    { first_name: 'Joan', last_name: 'van Dam', phone: '+34 600 555 012' },
    { first_name: 'Nguyễn', last_name: 'Thị Hương', middle_name: 'An' },
    { first_name: 'Łukasz', last_name: 'Strauß' },
    { first_name: '美咲', last_name: '山田' },
  ]
  for (const person of people) await nurse.post('/api/patients', { payload: newcomer(person) })
  await as({ role: 'nurse', ...RIVERSIDE }).post('/api/patients', { payload: newcomer(people[1]) })

  const found = async (q: string) => {
    const answer = await nurse.get(`/api/patients/search?q=${encode(q)}`)
    t.equal(answer.statusCode, 200, q)
    return answer.json().results.map((patient: { first_name: string }) => patient.first_name)
  }

  for (const [q, expected] of [
    ['CGH-0000026', ['Jonathan']],
    ['cgh0000026', ['Jonathan']],
    ['garcia', ['José']],
    ['MÁRQUEZ josé', ['José']],
    ['jos gar', ['José']],
    ['muller', ['Jonathan']],
    ['mueler', ['Jonathan']],
    ['moeler', []],
    ['mulller', ['Jonathan']],
    ['mullr', ['Jonathan']],
    ['mlüler', ['Jonathan']],
    ['jonahtan', ['Jonathan']],
    ['vandam', ['Joan']],
    ['dam joan', ['Joan']],
    ['huong nguyen', ['Nguyễn']],
    ['lukasz strauss', ['Łukasz']],
    ['山田', ['美咲']],
    ['5550199', ['Jonathan']],
    ['0171 555 0199', ['Jonathan']],
    ['555 012', ['José', 'Joan']],
    ['garcia joan', []],
    ['nobody', []],
    ['+49 (0)171 555 0199', []],
    ['0600 555 012', ['José', 'Joan']],
    ['--', []],
    ['()', []],
    ['\u0301\u0301', []],
    ['%%', []],
    ["'; drop table patient; --", []],
  ] as const) {
    await t.test(`finds ${JSON.stringify(q)}`, async (t) => t.same(await found(q), expected))
  }

  await t.test('whole words before beginnings before misspelt ones', async (t) => {
    t.same(await found('joan'), ['Joan'])
    t.same((await found('jo')).sort(), ['Joan', 'Jonathan', 'José'])
    await nurse.post('/api/patients', {
      payload: newcomer({ first_name: 'Joanna', last_name: 'A' }),
    })
    await nurse.post('/api/patients', { payload: newcomer({ first_name: 'John', last_name: 'B' }) })
    await nurse.post('/api/patients', {
      payload: newcomer({ first_name: 'Joann', last_name: 'C' }),
    })
    t.same(await found('joann'), ['Joann', 'Joanna', 'Joan'])
  })

  await t.test('POST keeps names out of URLs, pages follow each other', async (t) => {
    const first = (
      await nurse.post('/api/patients/search', { payload: { q: 'jo', limit: 2 } })
    ).json()
    const cursor = first.next_cursor
    const rest = (
      await nurse.post('/api/patients/search', { payload: { q: 'jo', limit: 100, cursor } })
    ).json()
    const ids = [...first.results, ...rest.results].map(({ id }: { id: string }) => id)
    t.equal(new Set(ids).size, 6)
    t.equal(rest.next_cursor, null)
  })

  await t.test('a renamed patient is found by the new name only', async (t) => {
    const [patient] = (await nurse.get('/api/patients/search?q=lukasz')).json().results
    await nurse.patch(`/api/patients/${patient.id}`, { payload: { last_name: 'Zieliński' } })
    t.same(await found('strauss'), [])
    t.same(await found('zielinski'), ['Łukasz'])
  })

  await t.test('needs two characters', async (t) => {
    for (const q of ['', 'a', '  ', 'a ', '%20']) {
      t.equal(
        (await nurse.get(`/api/patients/search?q=${encodeURIComponent(q)}`)).statusCode,
        q === '%20' ? 200 : 400,
      )
    }
  })

  await t.test('is on record with the patients shown and without the words', async (t) => {
    await found('garcia')
    const event = (await auditEvents()).at(-1)
    t.match(event, { action: 'patient.searched', outcome: 'success' })
    t.equal(event?.patient_ids?.length, 1)
    t.notMatch(JSON.stringify(event), /garc/i)
  })
})

t.test('search uses the tenant’s indexes under row-level security', async (t) => {
  const { as, sql, urls } = await build(t)
  await as({ role: 'admin' }).post('/api/patients', { payload: newcomer() })
  await sql(`insert into patient_name (hospital_id, word, patient_id)
    select hospital_id, 'w' || n, id from patient, generate_series(1, 20000) n`)
  await sql('analyze')
  const pg = await import('pg')
  const app = new pg.default.Client({ connectionString: urls.databaseUrl })
  await app.connect()
  t.teardown(() => app.end())
  await app.query('begin')
  const [{ hospital_id }] = (await sql<{ hospital_id: string }>(
    'select hospital_id from patient',
  )) as [{ hospital_id: string }]
  await app.query(`select set_config('app.hospital_id', $1, true)`, [hospital_id])
  const plan = await app.query(
    `explain (costs off) select patient_id from patient_name
     where hospital_id = '${hospital_id}' and word >= 'w77' and word < 'w78'`,
  )
  const text = plan.rows.map((row) => row['QUERY PLAN']).join('\n')
  t.match(text, /Index Cond: .*word >= 'w77'/)
})

/** As the URL standard sends it: a quote is escaped too. */
function encode(q: string): string {
  return encodeURIComponent(q).replaceAll("'", '%27')
}
