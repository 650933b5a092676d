import { randomUUID } from 'node:crypto'
import type { AuditEvent } from '@wardstone/contracts'
import { auditEvent, createLogger } from '@wardstone/service'
import t from 'tap'
import { AuditRecorder, TenantDatabase } from '../src/index.ts'
import { CITY, member, RIVERSIDE, wards } from './helper.ts'

const read = (hospital: string | null, patient_ids = [randomUUID()]): AuditEvent =>
  auditEvent('ward', member(hospital), { action: 'patient.read', outcome: 'success', patient_ids })
const denied = (hospital: string | null): AuditEvent =>
  auditEvent('ward', member(hospital), {
    action: 'access.denied',
    outcome: 'denied',
    reason: 'lacks audit.read',
  })

t.test('the audit recorder', async (t) => {
  const { database, sql } = await wards(t, { poolSize: 1 })
  const recorder = new AuditRecorder(database)
  const rows = async () =>
    (
      await sql<{ xmin: string; hospital_id: string; subject: string; payload: string }>(
        'select xmin::text, hospital_id, subject, payload from outbox order by id',
      )
    ).map(({ payload, ...row }) => ({ ...row, events: JSON.parse(payload).events as AuditEvent[] }))
  t.afterEach(() => sql('delete from outbox'))

  t.test('resolves once the event is committed', async (t) => {
    const event = read(CITY)
    await recorder.record(event)
    t.match(await rows(), [
      { hospital_id: CITY, subject: `audit.${CITY}.ward.patient.read`, events: [event] },
    ])
  })

  t.test('concurrent records of several hospitals share one transaction', async (t) => {
    const events = Array.from({ length: 30 }, (_, index) =>
      read([CITY, RIVERSIDE, null][index % 3] ?? null),
    )
    const denials = [denied(CITY), denied(CITY), denied(null)]
    await Promise.all([...events, ...denials].map(recorder.record))
    const written = await rows()
    t.equal(new Set(written.map(({ xmin }) => xmin)).size, 1, 'one transaction')
    const grouped = written.filter(({ subject }) => subject.endsWith('.reads'))
    t.same(
      grouped.map(({ subject }) => subject).sort(),
      [
        `audit.${CITY}.ward.reads`,
        `audit.${RIVERSIDE}.ward.reads`,
        'audit.platform.ward.reads',
      ].sort(),
    )
    for (const { hospital_id, events: together } of grouped) {
      t.ok(
        together.every(
          (event) => (event.hospital_id ?? '00000000-0000-0000-0000-000000000000') === hospital_id,
        ),
      )
      t.same(
        together,
        events.filter((event) => event.hospital_id === together[0]?.hospital_id),
        'in order',
      )
    }
    t.equal(written.length, 6, 'each denial has its own message')
  })

  t.test('no event is lost or doubled under load', async (t) => {
    const events = Array.from({ length: 2000 }, () => read(Math.random() < 0.5 ? CITY : RIVERSIDE))
    await Promise.all(
      events.map(async (event, index) => {
        await new Promise((resolve) => setTimeout(resolve, index % 40))
        await recorder.record(event)
      }),
    )
    const written = (await rows()).flatMap((row) => row.events.map(({ id }) => id))
    t.same(written.sort(), events.map(({ id }) => id).sort())
    const transactions = new Set((await rows()).map(({ xmin }) => xmin)).size
    t.ok(transactions < 200, `${transactions} transactions for 2000 events`)
  })

  t.test('messages stay below what NATS takes, however long the lists', async (t) => {
    const page = () => Array.from({ length: 100 }, () => randomUUID())
    const events = Array.from({ length: 400 }, () => read(CITY, page()))
    await Promise.all(events.map(recorder.record))
    const written = await rows()
    t.equal(written.flatMap((row) => row.events).length, 400)
    for (const { events } of written) {
      t.ok(Buffer.byteLength(JSON.stringify({ events })) < 1_000_000)
      t.ok(events.length <= 500)
    }
  })

  t.test(
    'a record that PostgreSQL refuses is the trouble of nobody else in its group, and the next goes on',
    async (t) => {
      const twice = read(CITY)
      await recorder.record(twice)
      const group = [denied(RIVERSIDE), twice, denied(CITY)].map(recorder.record)
      const results = await Promise.allSettled(group)
      t.same(
        results.map(({ status }) => status),
        ['fulfilled', 'rejected', 'fulfilled'],
      )
      await t.resolves(recorder.record(read(CITY)))
      t.equal((await rows()).length, 4)
    },
  )
})

t.test('with PostgreSQL away every record is refused with 503', async (t) => {
  const away = new TenantDatabase({
    url: 'postgresql://nobody@127.0.0.1:1/nowhere',
    poolSize: 1,
    applicationName: 'away',
    logger: createLogger('away', 'silent'),
  })
  t.teardown(() => away.close())
  const recorder = new AuditRecorder(away)
  for (const attempt of [read(CITY), read(RIVERSIDE)].map(recorder.record)) {
    await t.rejects(attempt, {
      statusCode: 503,
      code: 'unavailable',
      headers: { 'retry-after': '1' },
    })
  }
})
