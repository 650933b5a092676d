import { randomBytes, randomUUID } from 'node:crypto'
import { Signer } from '@wardstone/cluster/testing'
import t from 'tap'
import { differenceOf } from '../src/worlds/differences.ts'
import { NormalForm } from '../src/worlds/normal-form.ts'

/** The same facts as two worlds tell them. */
function told(changes: object = {}) {
  const id = randomUUID()
  const claims = { sub: id, sid: id, hospital_id: id }
  return JSON.stringify({
    id,
    same: id,
    created_at: new Date().toISOString(),
    registered_at: '2020-01-01T00:00:00.000Z',
    hash: randomBytes(32).toString('hex'),
    next_cursor: randomBytes(50).toString('base64url'),
    access_token: new Signer().token(claims),
    count: 3,
    ...changes,
  })
}

function compare(here: string, there: string) {
  const answer = (text: string) => ({ status: 200, headers: '', text: new NormalForm().of(text) })
  return differenceOf(answer(here), answer(there))
}

t.test('what differs by nature is equal', async (t) => {
  t.equal(compare(told(), told()), undefined)
})

t.test('everything else is a difference', async (t) => {
  t.equal(compare(told(), told({ count: 4 })), '/count: 3 ≠ 4')
  t.match(compare(told(), told({ same: randomUUID() })), /^\/same: "<0\.1>" ≠ "<0\.2>"/)
  t.match(compare(told(), told({ registered_at: '2020-01-01T00:00:00.001Z' })), /^\/registered_at/)
  t.match(compare(told(), told({ next_cursor: null })), /^\/next_cursor: "<67 opaque>" ≠ null/)
  const other = new Signer().token({ role: 'admin' })
  t.match(compare(told(), told({ access_token: other })), /^\/access_token: /)
  t.match(compare(told(), told({ more: 1 })), /^\/more: nothing ≠ 1/)
})

t.test('statuses, headers and bodies that are no JSON are compared', async (t) => {
  const answer = { status: 200, headers: 'etag: "1"', text: 'one' }
  t.equal(differenceOf(answer, answer), undefined)
  t.equal(
    differenceOf(answer, { status: 404, headers: '', text: 'two' }),
    'status: 200 ≠ 404; etag: "1" ≠ nothing; nothing ≠ ; 1 more',
  )
})

t.test('a name that is known in both worlds stays wherever it appears', async (t) => {
  const form = new NormalForm()
  const id = randomUUID()
  form.name(id, '<CITY>')
  t.equal(form.of(`/api/hospitals/${id}`), '/api/hospitals/<CITY>')
})
