import { Readable } from 'node:stream'
import { createService, problem } from '@wardstone/service'
import t from 'tap'
import { OpenApiContract, TEST_IDENTITY_KEY, type TestScope } from '../src/testing.ts'

const text = { type: 'string', minLength: 1 }
const thing = { type: 'object', properties: { name: text }, required: ['name'] }
const params = {
  type: 'object',
  properties: { id: { type: 'string', minLength: 36 } },
  additionalProperties: false,
}
const ID = '0190d1f0-0000-7000-8000-000000000001'
const caller = (role: 'admin') => ({ role, hospital_id: ID, hospital_name: 'City' })

interface Fault {
  /** A status that is documented, though nothing answers with it. */
  promised?: 409
  /** What the handler does instead of answering rightly. */
  does?: () => object
  /** Its database cannot be reached. */
  away?: boolean
  /** It knows no tags. */
  forgetful?: boolean
}

/** A service of a route to change and one to read, with a fault. */
async function service(t: TestScope, { promised, does, away, forgetful }: Fault = {}) {
  const app = await createService({
    name: 'patient',
    config: { HOST: '', PORT: 0, LOG_LEVEL: 'silent', IDENTITY_KEY: TEST_IDENTITY_KEY },
    parts: {},
    recordAudit: async () => {},
  })
  t.teardown(() => app.close())
  app.put(
    '/api/things/:id',
    {
      config: {
        permission: 'patient.deactivate',
        problems: promised ? [404, 412, promised] : [404, 412],
      },
      schema: { params, body: { ...thing, additionalProperties: false }, response: { 200: thing } },
    },
    async (request, reply) => {
      if (away) throw problem(503, 'unavailable', 'Later', {}, { 'retry-after': '1' })
      if ((request.params as { id: string }).id !== ID) throw problem(404, 'not_found', 'No')
      if (request.headers['if-match']) throw problem(412, 'stale', 'Changed')
      // Past the serializer, which would leave out what the schema does not name.
      reply.type('application/json').serializer(JSON.stringify)
      return does ? does() : { name: 'x' }
    },
  )
  app.get(
    '/api/things',
    { config: { permission: 'patient.deactivate' }, schema: { response: { 200: thing } } },
    async (_request, reply) => {
      if (away) throw problem(503, 'unavailable', 'Later', {}, { 'retry-after': '1' })
      if (forgetful) reply.type('application/json').send(Readable.from(['{"name":"x"}']))
      return forgetful ? reply : { name: 'x' }
    },
  )
  await app.ready()
  return app
}

async function shown(t: TestScope, fault?: Fault) {
  const contract = new OpenApiContract('patient', await service(t, fault))
  await contract.generate({
    away: await service(t, { away: true }),
    caller: () => caller('admin'),
    examples: { '/api/things/{id}': { params: { id: ID } } },
  })
  return contract
}

t.test('a service that keeps its promises produces each of them', async (t) => {
  const contract = await shown(t)
  t.same(contract.violations(), [])
  t.same(contract.unproduced(), [])
})

t.test('a documented status that nothing answers with is found', async (t) => {
  const contract = await shown(t, { promised: 409 })
  t.same(contract.violations(), [])
  t.same(contract.unproduced(), ['PUT /api/things/{id} 409'])
})

t.test('an answer that is not documented is found', async (t) => {
  const conflict = () => {
    throw problem(409, 'taken', 'Taken')
  }
  t.match((await shown(t, { does: conflict })).violations(), [/409: the status is not documented/])
  const more = await shown(t, { does: () => ({ name: 'x', secret: 'y' }) })
  t.match(more.violations(), [/must NOT have additional properties/])
  const less = await shown(t, { does: () => ({}) })
  t.match(less.violations(), [/must have required property 'name'/])
})

t.test('an answer that is documented, but not to this request, is found', async (t) => {
  const contract = new OpenApiContract('patient', await service(t))
  await contract.generate({
    away: await service(t),
    caller: () => caller('admin'),
    examples: { '/api/things/{id}': { params: { id: ID } } },
  })
  t.match(contract.violations(), [
    /GET .* without database: 200 instead of 503/,
    /PUT .* without database: 200 instead of 503/,
  ])
})

t.test('a read that does not say that nothing changed is found', async (t) => {
  const contract = await shown(t, { forgetful: true })
  t.same(contract.unproduced(), ['GET /api/things 304'])
  t.match(contract.violations().join(), /known already: 200 instead of 304/)
})

t.test('answers to requests of the test count too', async (t) => {
  const contract = await shown(t, { promised: 409, does: () => ({ name: 'x' }) })
  const admin = contract.as(caller('admin'))
  t.equal((await admin.put(`/api/things/${ID}`, { payload: { name: 'y' } })).statusCode, 200)
  await admin.get('/api/nothing')
  t.match(contract.violations(), [/GET \/api\/nothing 404: is not documented/])
})

t.test('an id that only the test knows is asked for', async (t) => {
  const app = await service(t)
  const contract = new OpenApiContract('patient', app)
  await t.rejects(
    contract.generate({ away: app, caller: () => caller('admin') }),
    /PUT \/api\/things\/\{id\}: an example has to give its \{id\}/,
  )
})
