import t from 'tap'
import { build, CITY, many, RIVERSIDE, until } from './helper.ts'

t.test('how busy another hospital is does not show in when a chain is signed', async (t) => {
  const { publish, sql } = await build(t)
  const checkpoints = () =>
    sql<{ hospital_id: string; seq: number }>('select hospital_id, seq::int from checkpoint')
  await publish(many(20))
  await publish(many(1010, { hospital_id: RIVERSIDE.hospital_id }))
  await until(async () => (await checkpoints()).length > 0)
  t.same(await checkpoints(), [{ hospital_id: RIVERSIDE.hospital_id, seq: 1000 }])

  await publish(many(985))
  await until(async () => (await checkpoints()).length > 1)
  t.same(
    (await checkpoints()).filter(({ seq }) => seq !== 1000),
    [],
    'each chain is signed at its own thousandth entry',
  )
  t.match(await checkpoints(), [{}, { hospital_id: CITY.hospital_id }])
})
