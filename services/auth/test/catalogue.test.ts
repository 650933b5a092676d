import { catalogueFindings } from '@wardstone/tenancy/testing'
import t from 'tap'
import { build } from './helper.ts'

t.test('every table of the auth database is isolated', async (t) => {
  const { urls } = await build(t)
  const account = {
    through: 'membership',
    key: 'account_id',
    columns: [
      ...['id', 'username', 'username_folded', 'email', 'email_folded'],
      ...['first_name', 'last_name', 'phone'],
    ],
  }
  const catalogue = { service: 'auth', exceptions: { account, throttle: null, known_device: null } }
  t.same(await catalogueFindings(urls.adminDatabaseUrl, catalogue), [])
})
