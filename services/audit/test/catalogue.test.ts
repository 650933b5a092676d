import { catalogueFindings } from '@wardstone/tenancy/testing'
import t from 'tap'
import { build } from './helper.ts'

t.test('every table of the audit database is isolated', async (t) => {
  const { urls } = await build(t)
  t.same(await catalogueFindings(urls.adminDatabaseUrl, { service: 'audit' }), [])
})
