import { randomUUID } from 'node:crypto'
import pg from 'pg'
import t from 'tap'
import { build, CITY, RIVERSIDE } from './helper.ts'

const ROWS = 20_000

t.test('every filter uses an index of the hospital under row-level security', async (t) => {
  const { as, sql, urls } = await build(t, { withoutNats: true })
  const admin = as({ role: 'admin' })
  const [patient, actor, glass] = [randomUUID(), randomUUID(), randomUUID()]
  for (const { hospital_id } of [CITY, RIVERSIDE]) {
    await sql(
      `insert into event (hospital_id, seq, event_id, occurred_at, happened_at, action, outcome, actor_id,
          break_glass_id, payload_canon, prev_hash, hash)
        select $1, n, gen_random_uuid(), '', timestamptz '2026-01-01' + n * interval '1 minute',
          case when n % 997 = 0 then 'patient.created' else 'patient.read' end,
          case when n % 991 = 0 then 'denied' else 'success' end,
          case when n % 983 = 0 then $2::uuid else gen_random_uuid() end,
          case when n % 977 = 0 then $3::uuid end,
          $5, sha256(n::text::bytea), sha256(n::text::bytea) from generate_series(1, $4::int) n`,
      [hospital_id, actor, glass, ROWS, JSON.stringify({ occurred_at: '', actor: {} })],
    )
    await sql(
      `insert into event_patient (hospital_id, patient_id, seq)
        select $1, case when n % 967 = 0 then $2::uuid else gen_random_uuid() end, n
        from generate_series(1, $3::int) n`,
      [hospital_id, patient, ROWS],
    )
  }
  await sql('insert into chain_head (hospital_id, seq, hash) values ($1, $2, $3)', [
    CITY.hospital_id,
    ROWS,
    Buffer.alloc(32),
  ])
  await sql('analyze')
  const app = new pg.Client({ connectionString: urls.databaseUrl })
  await app.connect()
  t.teardown(() => app.end())
  const at = (minute: number) => new Date(Date.UTC(2026, 0, 1, 0, minute)).toISOString()

  for (const [url, index] of [
    ['/api/audit/events', 'event_pkey'],
    [`/api/audit/events?actor_id=${actor}`, 'event_by_actor'],
    [`/api/audit/events?patient_id=${patient}`, 'event_patient_pkey'],
    [`/api/audit/events?break_glass_id=${glass}`, 'event_by_broken_glass'],
    ['/api/audit/events?action=patient.created', 'event_by_action'],
    ['/api/audit/events?outcome=denied', 'event_unusual'],
    ['/api/audit/events?outcome=success', 'event_pkey'],
    [`/api/audit/events?from=${at(100)}&to=${at(200)}`, 'event_by_time'],
    [`/api/audit/events?to=${at(50)}`, 'event_by_time'],
    [`/api/audit/events?from=${at(ROWS - 50)}`, 'event_by_time'],
    [`/api/audit/export?patient_id=${patient}`, 'event_patient_pkey'],
    ['/api/audit/export?outcome=denied', 'event_unusual'],
    [`/api/patients/${patient}/access-log`, 'event_patient_pkey'],
  ] as const) {
    const sent = await queriesOf(() => admin.get(url))
    for (const { text, values } of sent) {
      await app.query('begin')
      await app.query(`select set_config('app.hospital_id', $1, true)`, [CITY.hospital_id])
      const { rows } = await app.query({ text: `explain (costs off) ${text}`, values })
      await app.query('rollback')
      const plan = rows.map((row) => row['QUERY PLAN']).join('\n')
      t.notMatch(plan, /Seq Scan/, url)
      t.match(plan, new RegExp(`(using|Bitmap Index Scan on) ${index}\\b`), url)
    }
    t.ok(sent.length > 0, url)
  }
})

interface Sent {
  text: string
  values: unknown[]
}

/** The statements that look for events during `work`. */
async function queriesOf(work: () => Promise<unknown>): Promise<Sent[]> {
  const { query } = pg.Client.prototype
  const sent: Sent[] = []
  pg.Client.prototype.query = function watched(this: pg.Client, ...given: unknown[]) {
    const [first] = given as [Sent]
    if (/from "event/.test(first.text ?? '')) sent.push(first)
    return Reflect.apply(query, this, given)
  } as typeof query
  try {
    await work()
    return sent
  } finally {
    pg.Client.prototype.query = query
  }
}
