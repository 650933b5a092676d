import { randomUUID } from 'node:crypto'
import { auditEvent } from '@wardstone/service'
import t from 'tap'
import { AuditRecorder, outboxRows, TenantDatabase } from '../src/index.ts'
import { CITY, type Database, member, RIVERSIDE, wards } from './helper.ts'
import { wiretap } from './wiretap.ts'

t.test('one round trip', async (t) => {
  const { options, ids } = await wards(t)
  const traffic = await wiretap(t, options.url)
  const database = new TenantDatabase<Database>({ ...options, url: traffic.url, poolSize: 1 })
  t.teardown(() => database.close())
  const identity = member(CITY)
  const { db } = database.tenant(identity)
  const event = () =>
    auditEvent('ward', identity, { action: 'patient.updated', outcome: 'success' })

  const read = () =>
    db
      .selectFrom('ward')
      .where('hospital_id', '=', CITY)
      .where('id', '=', ids.city)
      .selectAll()
      .execute()
  const write = () =>
    db
      .with('change', (qb) =>
        qb
          .updateTable('ward')
          .set({ name: randomUUID() })
          .where('id', '=', ids.city)
          .returning('id'),
      )
      .with('sent', () => outboxRows('change', [event(), event()]))
      .selectFrom('change')
      .select('id')
      .execute()
  const recorder = new AuditRecorder(database)
  const record = (hospital_id: string) =>
    recorder.record({
      ...auditEvent('ward', identity, { action: 'patient.read', outcome: 'success' }),
      hospital_id,
    })
  const records = () => Promise.all([CITY, RIVERSIDE, CITY, RIVERSIDE, CITY].map(record))

  const cases = {
    'a read': [read, 'BEBDES'],
    'a write with its outbox rows': [write, 'BEBDES'],
    'a read put on record': [() => record(CITY), 'BEBDES'],
    'five reads put on record for two hospitals': [records, 'QBEBDESBEBDESQ'],
  } as const

  for (const [what, [action, messages]] of Object.entries(cases)) {
    await t.test(what, async (t) => {
      await action()
      traffic.reset()
      await action()
      t.same(traffic.turns(), ['client', 'server'], 'one flight there, one back')
      t.equal(traffic.clientWrites(), 1, 'in one network write')
      t.equal(
        traffic.clientMessages(),
        messages,
        'the hospital and the prepared statement, with one Sync where one statement is all',
      )
    })
  }

  await t.test('the first time a statement is prepared in the same flight', async (t) => {
    traffic.reset()
    await db.selectFrom('bed').select('id').execute()
    t.same(traffic.turns(), ['client', 'server'])
    t.equal(traffic.clientMessages(), 'BEPBDES')
  })

  await t.test('a transaction of two statements takes three', async (t) => {
    const two = () =>
      db.transaction().execute(async (trx) => {
        await trx.selectFrom('ward').select('id').forUpdate().execute()
        await trx.updateTable('ward').set({ name: randomUUID() }).execute()
      })
    await two()
    traffic.reset()
    await two()
    t.same(traffic.turns(), Array(3).fill(['client', 'server']).flat())
  })
})
