import pg from 'pg'
import t from 'tap'
import { build, CITY, newcomer, RIVERSIDE } from './helper.ts'

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
  const { mrn } = (
    await as({ role: 'admin' }).post('/api/patients', {
      payload: newcomer({ phone: '+49 30 1234567' }),
    })
  ).json()
  await sql(`insert into patient (hospital_id, id, mrn, first_name, last_name, name_sort, date_of_birth, gender, phone_reversed)
    select hospital_id, gen_random_uuid(), 'X-' || n, first_name, last_name, name_sort, date_of_birth, gender, reverse(n::text)
    from patient, generate_series(1, 20000) n`)
  await sql(`insert into patient_name (hospital_id, word, patient_id)
    select hospital_id, 'w' || n, id from (select *, row_number() over () as n from patient) as patient`)
  await sql(`insert into name_spelling (hospital_id, spelling, word)
    select hospital_id, 'w' || n, 'w' || n from patient, generate_series(1, 20000) n where mrn = '${mrn}'`)
  await sql('analyze')
  const app = new pg.Client({ connectionString: urls.databaseUrl })
  await app.connect()
  t.teardown(() => app.end())

  for (const [kind, q] of Object.entries({
    'a record number': mrn,
    'a telephone’s tail': '1234567',
    'two name parts': 'w77 w771',
    'a swapped letter': 'w7177 w7711',
  })) {
    const searches = await queriesOf(/^with "match"/, () =>
      as({ role: 'nurse' }).post('/api/patients/search', { payload: { q } }),
    )
    t.ok(searches.length > 0, kind)
    for (const text of searches) {
      await app.query('begin')
      await app.query(`select set_config('app.hospital_id', $1, true)`, [CITY.hospital_id])
      const { rows } = await app.query(`explain (generic_plan, costs off) ${text}`)
      await app.query('rollback')
      const plan = rows.map((row) => row['QUERY PLAN']).join('\n')
      t.notMatch(plan, /Seq Scan on (patient|patient_name|name_spelling)\b/, kind)
      t.match(plan, /Index (Only )?Scan/, kind)
    }
  }
})

/** The statements like `wanted` that are sent to PostgreSQL during `work`. */
async function queriesOf(wanted: RegExp, work: () => Promise<unknown>): Promise<string[]> {
  const { query } = pg.Client.prototype
  const sent: string[] = []
  pg.Client.prototype.query = function watched(this: pg.Client, ...given: unknown[]) {
    const [{ text = '' }] = given as [{ text?: string }]
    if (wanted.test(text)) sent.push(text)
    return Reflect.apply(query, this, given)
  } as typeof query
  try {
    await work()
    return sent
  } finally {
    pg.Client.prototype.query = query
  }
}

/** As the URL standard sends it: a quote is escaped too. */
function encode(q: string): string {
  return encodeURIComponent(q).replaceAll("'", '%27')
}
