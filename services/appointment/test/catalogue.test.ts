import { testDatabase } from '@wardstone/cluster/testing'
import { CATALOGUES, catalogueFindings } from '@wardstone/tenancy/testing'
import t from 'tap'

t.test('every table of the appointment database is isolated', async (t) => {
  const { adminDatabaseUrl } = await testDatabase(t, 'appointment')
  t.same(await catalogueFindings(adminDatabaseUrl, CATALOGUES.appointment), [])
})
