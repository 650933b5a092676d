import { sql as raw } from 'kysely'
import t from 'tap'
import { statementName } from '../src/statement-names.ts'
import { CITY, wards } from './helper.ts'

t.test('however many statements there are, at most 200 stay prepared', async (t) => {
  const { tenant } = await wards(t, { poolSize: 1 })
  const { db } = tenant(CITY)
  for (let number = 0; number < 260; number += 1) {
    const { rows } = await raw`select ${raw.lit(number)}::int as number`.execute(db)
    t.same(rows, [{ number }])
  }
  const { rows } = await raw<{
    count: number
  }>`select count(*)::int as count from pg_prepared_statements where name like 'w%'`.execute(db)
  t.equal(rows[0]?.count, 200)
})

t.test('a text keeps its name', async (t) => {
  const name = statementName('select 0::int as number')
  t.match(name, /^w[0-9a-f]{16}$/)
  t.equal(statementName('select 0::int as number'), name)
  t.equal(statementName('select 300 as number'), undefined, 'there is no room for another')
})
