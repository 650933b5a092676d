import { randomUUID } from 'node:crypto'
import { type AuditEvent, PLATFORM_HOSPITAL_ID } from '@wardstone/contracts'
import { auditEvent } from '@wardstone/service'
import { sql as raw } from 'kysely'
import t from 'tap'
import { domainEvent, outboxRows } from '../src/index.ts'
import { CITY, member, RIVERSIDE, wards } from './helper.ts'

interface Row {
  hospital_id: string
  id: string
  subject: string
  payload: string
}

t.test('outboxRows', async (t) => {
  const { tenant, sql } = await wards(t)
  const city = tenant(CITY)
  const outbox = () => sql<Row>('select hospital_id, id, subject, payload from outbox order by id')
  const audit = () =>
    auditEvent('ward', city.identity, { action: 'patient.updated', outcome: 'success' })
  const rename = (name: string, events: Parameters<typeof outboxRows>[1], from = 'North') =>
    city.db
      .with('change', (qb) =>
        qb
          .updateTable('ward')
          .set({ name })
          .where('name', '=', from)
          .returning(['id', raw<string[]>`array['name', 'floor']`.as('changed_fields')]),
      )
      .with('sent', () => outboxRows('change', events, { changedFields: name === 'Told' }))
      .selectFrom('change')
      .select('id')
      .execute()
  t.afterEach(() => sql(`delete from outbox; update ward set name = 'North'`))

  t.test('a change and its events are one', async (t) => {
    const event = audit()
    const domain = domainEvent('ward', CITY, 'hospital.updated', { id: CITY, name: 'Ünïcode' })
    t.equal((await rename('South', [event, domain])).length, 1)
    t.same(await outbox(), [
      {
        hospital_id: CITY,
        id: event.id,
        subject: `audit.${CITY}.ward.patient.updated`,
        payload: JSON.stringify({ events: [event] }),
      },
      {
        hospital_id: CITY,
        id: domain.id,
        subject: `domain.${CITY}.ward.hospital.updated`,
        payload: JSON.stringify(domain.payload),
      },
    ])
  })

  t.test('no change, no event', async (t) => {
    t.same(await rename('South', [audit()], 'Nowhere'), [])
    t.same(await outbox(), [])
  })

  t.test('a change that fails leaves no event', async (t) => {
    await sql('insert into ward (hospital_id, id, name) values ($1, $2, $3)', [
      CITY,
      randomUUID(),
      'Taken',
    ])
    await t.rejects(rename('Taken', [audit()]), { code: '23505' })
    t.same(await outbox(), [])
    await sql(`delete from ward where name = 'Taken'`)
  })

  t.test('an event that fails takes the change back', async (t) => {
    const event = audit()
    await t.rejects(rename('South', [event, event]), { code: '23505' })
    t.same(await city.db.selectFrom('ward').select('name').execute(), [{ name: 'North' }])
  })

  t.test('a tenant cannot tell of another hospital', async (t) => {
    await t.rejects(rename('South', [{ ...audit(), hospital_id: RIVERSIDE }]), { code: '42501' })
    await t.rejects(rename('South', [{ ...audit(), hospital_id: null }]), { code: '42501' })
    t.same(await outbox(), [])
  })

  t.test('the audit is told the fields that the change found out', async (t) => {
    const domain = domainEvent('ward', CITY, 'hospital.updated', { id: CITY })
    await rename('Told', [domain, audit()])
    const [other, told] = (await outbox()).map(({ payload }) => JSON.parse(payload))
    t.same(told.events[0].changed_fields, ['name', 'floor'])
    t.same(other, { id: CITY })
  })

  t.test('without events nothing is written', async (t) => {
    t.equal((await rename('South', [])).length, 1)
    t.same(await outbox(), [])
  })
})

t.test('writeOutbox', async (t) => {
  const { database, sql } = await wards(t, { poolSize: 1 })
  const message = (hospital_id: string | null) =>
    domainEvent('ward', hospital_id, 'hospital.updated', {})
  const outbox = () =>
    sql<Row & { xmin: string }>('select xmin::text, hospital_id, id from outbox order by id')

  t.test('commits messages of many hospitals at once, the platform’s too', async (t) => {
    const messages = [CITY, RIVERSIDE, CITY, null].map(message)
    await database.writeOutbox(messages)
    const rows = await outbox()
    t.same(
      rows.map(({ hospital_id, id }) => ({ hospital_id, id })),
      messages.map(({ hospital_id, id }) => ({
        hospital_id: hospital_id ?? PLATFORM_HOSPITAL_ID,
        id,
      })),
    )
    t.equal(new Set(rows.map(({ xmin }) => xmin)).size, 1, 'in one transaction')
  })

  t.test('all or none, and the connection is good again', async (t) => {
    const before = (await outbox()).length
    const [first] = await outbox()
    const twice = { ...message(CITY), id: first?.id ?? '' }
    await t.rejects(database.writeOutbox([message(RIVERSIDE), twice, message(null)]), {
      code: '23505',
    })
    await t.rejects(database.writeOutbox([message(RIVERSIDE), message('no uuid')]), {
      name: 'ProblemError',
      message: /out of range/,
    })
    t.equal((await outbox()).length, before)
    await database.writeOutbox([message(RIVERSIDE)])
    t.equal((await outbox()).length, before + 1)
  })
})

t.test('a subject says whose event it is', async (t) => {
  const event: AuditEvent = auditEvent('ward', member(null), {
    action: 'access.denied',
    outcome: 'denied',
  })
  t.equal(event.hospital_id, null)
  t.equal(
    domainEvent('ward', null, 'hospital.updated', {}).subject,
    'domain.platform.ward.hospital.updated',
  )
})
