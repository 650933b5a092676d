import { sql as raw } from 'kysely'
import t from 'tap'
import { CITY, wards } from './helper.ts'

for (const zone of ['UTC', 'America/St_Johns', 'Pacific/Kiritimati']) {
  t.test(`dates and instants are the wire’s in ${zone}`, async (t) => {
    const before = process.env.TZ
    process.env.TZ = zone
    t.teardown(() => {
      if (before === undefined) delete process.env.TZ
      else process.env.TZ = before
    })
    const { tenant, ids } = await wards(t, { poolSize: 1 })
    const { db } = tenant(CITY)
    const dates = [
      '1984-05-17',
      '2000-02-29',
      '1900-01-01',
      '2026-03-29',
      '0001-01-01',
      '9999-12-31',
    ]
    const instants = [
      '1984-05-17T00:00:00.000Z',
      '2026-03-29T01:30:00.123Z',
      '1969-12-31T23:59:59.999Z',
    ]
    for (const opened_on of dates) {
      const row = await db
        .updateTable('ward')
        .set({ opened_on })
        .where('id', '=', ids.city)
        .returning('opened_on')
        .executeTakeFirst()
      t.equal(row?.opened_on, opened_on)
    }
    for (const updated_at of instants) {
      const row = await db
        .updateTable('ward')
        .set({ updated_at })
        .where('id', '=', ids.city)
        .returning('updated_at')
        .executeTakeFirst()
      t.equal(row?.updated_at, updated_at)
    }
    const now = await raw<{ now: string }>`select now() as now`.execute(db)
    t.ok(Math.abs(Date.parse(now.rows[0]?.now ?? '') - Date.now()) < 60_000)
  })
}
