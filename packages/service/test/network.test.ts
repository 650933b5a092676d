import t from 'tap'
import { networkOf } from '../src/index.ts'

t.test('an IPv6 customer is one network', async (t) => {
  t.equal(networkOf('10.0.0.1'), '10.0.0.1')
  t.equal(networkOf('2001:db8:1:2:3:4:5:6'), '2001:db8:1:2')
  t.equal(networkOf('2001:db8:1:2::1'), '2001:db8:1:2')
  t.equal(networkOf('2001:db8::1'), '2001:db8:0:0')
  t.equal(networkOf('::1'), '0:0:0:0')
  t.equal(networkOf('fe80::1%eth0'), 'fe80:0:0:0')
})
