import { catalogueFindings } from '@wardstone/tenancy/testing'
import t from 'tap'
import { build } from './helper.ts'

t.test('every table of the auth database is isolated', async (t) => {
  const { urls } = await build(t)
  const catalogue = { service: 'auth', exceptions: { account: null } }
  t.same(await catalogueFindings(urls.adminDatabaseUrl, catalogue), [])
})
