import { createHash, randomUUID } from 'node:crypto'
import { Value } from '@sinclair/typebox/value'
import { type InvitationCreated, InvitationCreatedSchema } from '@wardstone/contracts'
import t from 'tap'
import { ADMIN, build, creation } from './helper.ts'

t.test('a new hospital’s first administrator is invited with it', async (t) => {
  const { platform, outbox, auditEvents, sql } = await build(t)
  const before = Date.now()
  const body = creation({ name: 'Northside', admin: { ...ADMIN, first_name: 'Ame\u0301lie' } })
  const response = await platform.post('/api/hospitals', body)
  t.equal(response.statusCode, 201)
  const { id, invitation_code } = response.json()
  t.match(invitation_code, /^[A-Za-z0-9_-]{43}$/, '256 bits')

  const told = (await outbox()).filter(({ subject }) => subject.endsWith('.invitation.created'))
  t.same(
    told.map(({ subject }) => subject),
    [`domain.${id}.hospital.invitation.created`],
  )
  const invitation: InvitationCreated = JSON.parse(told[0]?.payload ?? '')
  t.ok(Value.Check(InvitationCreatedSchema, invitation))
  t.match(invitation, {
    hospital_id: id,
    code_hash: createHash('sha256').update(invitation_code).digest('hex'),
    ...ADMIN,
    first_name: 'Amélie',
  })
  const hours = (Date.parse(invitation.expires_at) - before) / 3_600_000
  t.ok(hours >= 72 && hours < 72.1)

  const events = await auditEvents()
  t.match(
    events.map(({ action, outcome, hospital_id }) => ({ action, outcome, hospital_id })),
    [
      { action: 'hospital.created', outcome: 'success', hospital_id: id },
      { action: 'user.invited', outcome: 'success', hospital_id: id },
    ],
  )
  t.equal(invitation.invited_by, events[0]?.actor.id)
  t.same(events[1]?.entity, { type: 'invitation', id: invitation.id })
  t.match((await platform.get(`/api/hospitals/${id}`)).json(), { invitation_code: undefined })
  const stored = JSON.stringify([await outbox(), await sql('select * from hospital')])
  t.notOk(stored.includes(invitation_code), 'only its hash is kept')
})

t.test('a hospital that is not created invites nobody', async (t) => {
  const { platform, outbox } = await build(t)
  await platform.post('/api/hospitals', creation({ name: 'Taken' }))
  const again = await platform.post('/api/hospitals', creation({ name: 'Taken' }))
  t.equal(again.statusCode, 409)
  t.notMatch(again.json(), { invitation_code: /./ })
  const invitations = (await outbox()).filter(({ subject }) => subject.includes('invitation'))
  t.equal(invitations.length, 1)
})

t.test('Idempotency-Key', async (t) => {
  const { platform, as, auditEvents, outbox, sql } = await build(t)
  const keyed = (key: string, name: string, caller = platform) =>
    caller.post('/api/hospitals', { ...creation({ name }), headers: { 'idempotency-key': key } })
  const count = async () =>
    (await sql<{ count: number }>('select count(*)::int from hospital'))[0]?.count

  await t.test('the same key and body: the same bytes, one hospital', async (t) => {
    const first = await keyed('first', 'Once')
    t.equal(first.statusCode, 201)
    t.notOk(first.headers['idempotency-replayed'])
    const messages = (await outbox()).length
    const again = await keyed('first', 'Once')
    t.equal(again.statusCode, 201)
    t.equal(again.body, first.body)
    t.equal(again.headers['idempotency-replayed'], 'true')
    for (const name of ['location', 'etag', 'content-type', 'cache-control']) {
      t.equal(again.headers[name], first.headers[name], name)
    }
    t.equal((await outbox()).length, messages + 1)
    t.match((await auditEvents()).at(-1), {
      action: 'hospital.created',
      outcome: 'failure',
      reason: 'idempotency_replayed',
      hospital_id: first.json().id,
    })
    t.equal(await count(), 1)
  })

  await t.test('the same key, another body: 409, on record', async (t) => {
    const other = await keyed('first', 'Other')
    t.match(other.json(), { status: 409, code: 'idempotency_conflict' })
    t.match((await auditEvents()).at(-1), { outcome: 'failure', reason: 'idempotency_conflict' })
    t.equal(await count(), 1)
  })

  await t.test('another person’s same key is another key', async (t) => {
    const theirs = await keyed('first', 'Theirs', as({ role: 'platform_admin' }))
    t.equal(theirs.statusCode, 201)
    t.notOk(theirs.headers['idempotency-replayed'])
    t.not(theirs.json().invitation_code, (await keyed('first', 'Once')).json().invitation_code)
  })

  await t.test('what was refused may be tried again', async (t) => {
    t.equal((await keyed('second', 'Once')).statusCode, 409)
    const { id } = (await keyed('first', 'Once')).json()
    await platform.patch(`/api/hospitals/${id}`, { payload: { name: 'Renamed', slug: 'renamed' } })
    const second = await keyed('second', 'Once')
    t.equal(second.statusCode, 201)
    t.notOk(second.headers['idempotency-replayed'])
  })

  await t.test('20 at once make one hospital', async (t) => {
    const before = await count()
    const answers = await Promise.all(
      Array.from({ length: 20 }, () => keyed('parallel', 'Parallel')),
    )
    const created = answers.filter(({ statusCode }) => statusCode === 201)
    t.equal(created.filter(({ headers }) => !headers['idempotency-replayed']).length, 1)
    t.equal(new Set(created.map(({ body }) => body)).size, 1)
    for (const answer of answers.filter((each) => !created.includes(each))) {
      t.match(answer.json(), { status: 409, code: 'idempotency_in_progress' })
      t.equal(answer.headers['retry-after'], '1')
    }
    t.equal(await count(), (before ?? 0) + 1)
    t.equal((await keyed('parallel', 'Parallel')).body, created[0]?.body)
  })

  await t.test('nothing of an answer can be read where it lies', async (t) => {
    const { body } = await keyed('first', 'Once')
    const { invitation_code, slug } = JSON.parse(body)
    const rows = await sql<{ user_id: string; answer: Buffer }>(
      "select user_id, answer from idempotent_answer where key = 'first' order by created_at",
    )
    t.equal(rows.length, 2)
    for (const { answer } of rows) {
      for (const word of [invitation_code, slug]) t.notOk(answer.includes(word))
    }
    const [mine, theirs] = rows
    await sql(`update idempotent_answer set answer = $1 where key = 'first' and user_id = $2`, [
      theirs?.answer,
      mine?.user_id,
    ])
    t.match((await keyed('first', 'Once')).json(), { status: 409, code: 'idempotency_conflict' })
  })

  await t.test('a key that is none is a 400 that names the header', async (t) => {
    for (const key of ['', ' ', 'a b', 'ä', 'x'.repeat(256), 'one, two']) {
      const answer = await keyed(key, 'Never')
      t.match(answer.json(), {
        status: 400,
        code: 'validation_failed',
        errors: [{ pointer: '/idempotency-key' }],
      })
    }
    t.equal((await keyed('!~'.repeat(127), `Long ${randomUUID()}`)).statusCode, 201)
  })
})
