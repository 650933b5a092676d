import { testDatabase } from '@wardstone/cluster/testing'
import { catalogueFindings } from '@wardstone/tenancy/testing'
import t from 'tap'

t.test('every table is isolated', async (t) => {
  const { adminDatabaseUrl } = await testDatabase(t, 'hospital')
  t.same(
    await catalogueFindings(adminDatabaseUrl, {
      service: 'hospital',
      exceptions: { hospital: 'id' },
    }),
    [],
  )
})
