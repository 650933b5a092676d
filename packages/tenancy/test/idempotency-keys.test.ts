import { randomUUID } from 'node:crypto'
import { Type } from '@sinclair/typebox'
import { callerOf, TEST_IDENTITY_KEY, type TestCaller } from '@wardstone/cluster/testing'
import { createService, problem } from '@wardstone/service'
import t, { type Test } from 'tap'
import {
  createSystemDatabase,
  IdempotencyKeys,
  SystemIdempotencyRepository,
  type Tenant,
} from '../src/index.ts'
import { CITY, type Database, RIVERSIDE, wards } from './helper.ts'

const Ward = Type.Object({ id: Type.String(), name: Type.String() })
const Body = Type.Object({ name: Type.String() }, { additionalProperties: false })

/** A service that opens wards; `after` runs when a change is committed and before it is answered. */
async function build(t: Test, keys = new IdempotencyKeys(TEST_IDENTITY_KEY)) {
  const made = await wards(t, { poolSize: 4 })
  const replays: string[] = []
  const hooks = { prepare: async () => {}, inside: async () => {}, after: () => {} }
  const open = async ({ db, hospitalId: hospital_id }: Tenant<Database>, name: string) => {
    const id = randomUUID()
    await hooks.inside()
    await db.insertInto('ward').values({ hospital_id, id, name }).execute()
    if (name === 'refused') throw problem(422, 'refused', 'No')
    return { id, name }
  }
  const app = await createService({
    name: 'patient',
    config: { HOST: '', PORT: 0, LOG_LEVEL: 'silent', IDENTITY_KEY: TEST_IDENTITY_KEY },
    parts: {},
    recordAudit: async () => {},
  })
  const config = { permission: 'patient.write', idempotent: true } as const
  app.post(
    '/wards/:floor',
    { config, schema: { body: Body, response: { 201: Ward } } },
    async (request, reply) => {
      const prepared = request.url === '/wards/prepared' && { prepare: () => hooks.prepare() }
      const ward = await keys.once([request, reply], made.database.tenant(request.identity), {
        ...prepared,
        change: (tenant) => open(tenant, request.body.name),
        replayed: async ({ id }) => void replays.push(id),
      })
      hooks.after()
      reply.code(201)
      return ward
    },
  )
  app.post(
    '/undeclared',
    { config: { permission: 'patient.write' }, schema: { response: { 200: Type.Null() } } },
    (request, reply) =>
      keys.once([request, reply], made.database.tenant(request.identity), {
        change: async () => null,
        replayed: async () => {},
      }),
  )
  t.teardown(() => app.close())
  await app.ready()
  const as = (caller: Partial<TestCaller>) =>
    callerOf(app, 'patient', { role: 'admin', hospital_id: CITY, ...caller })
  const admin = as({})
  const post = (key: string | undefined, name: string, { caller = admin, url = '/wards/1' } = {}) =>
    caller.post(url, { payload: { name }, headers: key ? { 'idempotency-key': key } : {} })
  return { ...made, app, as, post, hooks, replays }
}

t.test('a request that is repeated', async (t) => {
  const { post, as, hooks, replays, sql, app, urls, options } = await build(t)
  const wardsNamed = async (name: string) =>
    (await sql('select from ward where name = $1', [name])).length

  await t.test(
    'what takes long is prepared before, and not for an answer that is there',
    async (t) => {
      const url = '/wards/prepared'
      let count = 0
      hooks.prepare = async () => {
        count += 1
      }
      const first = await post('prepared', 'Prepared', { url })
      t.equal((await post('prepared', 'Prepared', { url })).body, first.body)
      t.equal((await post('prepared', 'Other', { url })).statusCode, 409)
      t.equal(count, 1)
      await post(undefined, 'Unkeyed', { url })
      t.equal(count, 2)

      hooks.prepare = async () => {
        hooks.prepare = async () => {}
        t.equal((await post('used-up', 'Used up', { url })).statusCode, 201)
        throw problem(422, 'used_up', 'The one before has it')
      }
      const second = await post('used-up', 'Used up', { url })
      t.match([second.statusCode, second.headers['idempotency-replayed']], [201, 'true'])
      hooks.prepare = () => Promise.reject(problem(422, 'refused', 'No'))
      t.equal((await post('refused-early', 'Never', { url })).statusCode, 422)
      t.same([await wardsNamed('Prepared'), await wardsNamed('Used up')], [1, 1])
      t.equal(await wardsNamed('Never'), 0)
      replays.length = 0
    },
  )

  await t.test('answered in vain: the repetition gets the answer, once changed', async (t) => {
    hooks.after = () => {
      throw new Error('killed between commit and answer')
    }
    t.equal((await post('lost', 'Lost')).statusCode, 500)
    hooks.after = () => {}
    const [again, oncemore] = [await post('lost', 'Lost'), await post('lost', 'Lost')]
    t.equal(again.statusCode, 201)
    t.equal(again.headers['idempotency-replayed'], 'true')
    t.equal(again.body, oncemore.body)
    t.same(replays, [again.json().id, again.json().id])
    t.equal(await wardsNamed('Lost'), 1)
  })

  await t.test('died before the commit: the repetition makes the change', async (t) => {
    hooks.inside = async () => {
      throw new Error('killed before the commit')
    }
    t.equal((await post('early', 'Early')).statusCode, 500)
    hooks.inside = async () => {}
    const again = await post('early', 'Early')
    t.equal(again.statusCode, 201)
    t.notOk(again.headers['idempotency-replayed'])
    t.equal(await wardsNamed('Early'), 1)
  })

  await t.test('while the first is under way: 409, and the first goes on', async (t) => {
    const entered = Promise.withResolvers<void>()
    const released = Promise.withResolvers<void>()
    hooks.inside = async () => {
      entered.resolve()
      await released.promise
    }
    const first = post('slow', 'Slow')
    await entered.promise
    hooks.inside = async () => {}
    const second = await post('slow', 'Slow')
    t.match(second.json(), { status: 409, code: 'idempotency_in_progress' })
    t.equal(second.headers['retry-after'], '1')
    released.resolve()
    const { statusCode, body } = await first
    t.equal(statusCode, 201)
    t.equal((await post('slow', 'Slow')).body, body)
    t.equal(await wardsNamed('Slow'), 1)
  })

  await t.test('refused: nothing is kept, so it may be tried again', async (t) => {
    t.equal((await post('refused', 'refused')).statusCode, 422)
    t.equal(await wardsNamed('refused'), 0)
    t.equal((await post('refused', 'Allowed')).statusCode, 201)
  })

  await t.test('another body or another URL under one key: 409', async (t) => {
    t.equal((await post('key', 'One')).statusCode, 201)
    for (const answer of [await post('key', 'Two'), await post('key', 'One', { url: '/wards/2' })])
      t.match(answer.json(), { status: 409, code: 'idempotency_conflict' })
    t.equal(await wardsNamed('Two'), 0)
  })

  await t.test('a key is its caller’s, in its hospital', async (t) => {
    const user_id = randomUUID()
    for (const caller of [
      as({ user_id }),
      as({ user_id, hospital_id: RIVERSIDE }),
      as({ user_id: randomUUID(), hospital_id: RIVERSIDE }),
    ]) {
      const answer = await post('key', `Of ${randomUUID()}`, { caller })
      t.equal(answer.statusCode, 201)
      t.notOk(answer.headers['idempotency-replayed'])
    }
  })

  await t.test('without a key each is a change', async (t) => {
    t.equal((await post(undefined, 'Free')).statusCode, 201)
    t.equal((await post(undefined, 'Free')).statusCode, 500, 'the name is taken')
    t.same(await sql(`select from idempotent_answer where key = ''`), [])
  })

  await t.test('after a day the key is new, and housekeeping takes the old answer', async (t) => {
    const system = createSystemDatabase<Database>({ ...options, url: urls.systemUrl })
    t.teardown(() => system.close())
    const removeOld = () => new SystemIdempotencyRepository(system).removeOld()
    const age = (interval: string) =>
      sql(
        `update idempotent_answer set created_at = now() - $1::interval
        where key in ('day', 'key') and hospital_id = $2`,
        [interval, CITY],
      )
    const kept = async () =>
      (await sql(`select from idempotent_answer where key = 'day' and hospital_id = $1`, [CITY]))
        .length
    await post('day', 'Monday')
    await age('23 hours 59 minutes')
    await removeOld()
    t.ok((await post('day', 'Monday')).headers['idempotency-replayed'])
    await age('24 hours 1 minute')
    t.equal((await post('day', 'Tuesday')).statusCode, 201, 'a new request')
    t.ok((await post('day', 'Tuesday')).headers['idempotency-replayed'])
    await age('24 hours 1 minute')
    await removeOld()
    t.equal(await kept(), 0)
    t.equal((await sql(`select from idempotent_answer where key = 'lost'`)).length, 1)
  })

  await t.test('a route says that it is idempotent, and the OpenAPI says it too', async (t) => {
    t.equal((await post('key', 'X', { url: '/undeclared' })).statusCode, 500)
    const operations = app.swagger().paths as Record<string, { post: { parameters?: object[] } }>
    t.match(operations['/wards/{floor}']?.post.parameters, [
      { in: 'header', name: 'idempotency-key', required: false },
    ])
    t.notOk(operations['/undeclared']?.post.parameters)
  })
})

t.test('a kept answer outlives the secret it was sealed with by one rotation', async (t) => {
  const keys = [new IdempotencyKeys('old'), new IdempotencyKeys('new', 'old')]
  const turned = { now: 0 }
  const turning = {
    once: (...given: Parameters<IdempotencyKeys['once']>) => keys[turned.now]?.once(...given),
  }
  const { post } = await build(t, turning as unknown as IdempotencyKeys)
  const first = await post('key', 'Ward')
  turned.now = 1
  t.equal((await post('key', 'Ward')).body, first.body)
  await post('newer', 'Newer')
  turned.now = 0
  t.match((await post('newer', 'Newer')).json(), { status: 409, code: 'idempotency_conflict' })
})
