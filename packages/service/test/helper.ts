import { Readable, Writable } from 'node:stream'
import { Type } from '@sinclair/typebox'
import { callerOf, TEST_IDENTITY_KEY, type TestCaller } from '@wardstone/cluster/testing'
import type { AuditEvent } from '@wardstone/contracts'
import type { Test } from 'tap'
import {
  createLogger,
  createService,
  type Service,
  type ServiceOptions,
  sendVersioned,
} from '../src/index.ts'

const strict = { additionalProperties: false }

const BODY = Type.Object(
  {
    name: Type.String({ minLength: 1, maxLength: 20 }),
    age: Type.Optional(Type.Integer()),
    note: Type.Optional(Type.Union([Type.String({ maxLength: 10 }), Type.Null()])),
    contact: Type.Optional(Type.Object({ phone: Type.String() }, strict)),
  },
  strict,
)
const QUERY = Type.Object(
  {
    q: Type.Optional(Type.String()),
    limit: Type.Integer({ minimum: 1, maximum: 100, default: 20 }),
    active: Type.Optional(Type.Boolean()),
  },
  strict,
)
const ANYTHING = Type.Object({}, { additionalProperties: true })

/** A service as services make theirs, with routes to try things on and a memory of what it did. */
export async function build(
  t: Test,
  options: Partial<ServiceOptions> = {},
  moreRoutes: (app: Service) => void = () => {},
) {
  const audit: AuditEvent[] = []
  const lines: string[] = []
  const handled: unknown[] = []
  const app = await createService({
    name: 'patient',
    config: { HOST: '127.0.0.1', PORT: 0, LOG_LEVEL: 'info', IDENTITY_KEY: TEST_IDENTITY_KEY },
    parts: {},
    recordAudit: async (event) => void audit.push(event),
    logger: memoryLog(lines),
    ...options,
  })
  routes(app, handled)
  moreRoutes(app)
  t.teardown(() => app.close())
  await app.ready()
  const as = (caller: TestCaller) => callerOf(app, 'patient', caller)
  return { app, as, audit, lines, handled }
}

function memoryLog(lines: string[]) {
  const stream = new Writable({
    write(chunk, _encoding, done) {
      lines.push(String(chunk))
      done()
    },
  })
  return createLogger('patient', 'info', stream)
}

function routes(app: Service, handled: unknown[]): void {
  const answer = (request: { body: unknown; query: unknown }) => {
    handled.push(request.body ?? request.query)
    return { body: request.body, query: request.query }
  }
  const config = { permission: 'patient.read' } as const
  const response = { 200: ANYTHING }
  app.get('/api/things', { config, schema: { querystring: QUERY, response } }, answer)
  app.post('/api/things', { config, schema: { body: BODY, response } }, answer)
  app.delete(
    '/api/things/:id',
    { config: { permission: 'patient.deactivate' }, schema: { response } },
    answer,
  )
  app.post(
    '/api/choice',
    {
      config: { permission: 'hospital.read', choosesHospital: true },
      schema: { body: Type.Object({ hospital_id: Type.String() }, strict), response },
    },
    answer,
  )
  const versioned = {
    schema: {
      querystring: Type.Object({ version: Type.Integer() }, strict),
      response: { 200: Type.Object({ version: Type.Integer() }) },
    },
  }
  app.get('/api/versioned', { config, ...versioned }, ({ query }, reply) =>
    sendVersioned(reply, { version: query.version }),
  )
  app.get(
    '/api/whole',
    { config: { ...config, alwaysWhole: true }, ...versioned },
    ({ query }, reply) => sendVersioned(reply, { version: query.version }),
  )
  app.get('/api/stream', { config, schema: { response: { 200: {} } } }, () =>
    Readable.from(['one', 'two']),
  )
  app.get('/api/own', { config: { permission: 'account.self' }, schema: { response } }, answer)
  app.get('/api/public', { config: { public: true }, schema: { response } }, answer)
  app.get('/api/broken', { config, schema: { response } }, () => {
    throw new Error('the password of Amina Okafor is secret')
  })
  app.get('/api/slow', { config, schema: { response } }, async () => {
    await new Promise((resolve) => setTimeout(resolve, 200))
    return {}
  })
}
