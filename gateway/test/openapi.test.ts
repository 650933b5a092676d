import t from 'tap'
import { mergeDocuments } from '../src/openapi.ts'
import { startGateway } from './helper.ts'

const document = (path: string, schema: object) => ({
  paths: {
    [path]: { get: { responses: { 200: { $ref: '#/components/schemas/Thing' } } } },
    '/internal/x': { get: {} },
  },
  components: { schemas: { Thing: schema, Problem: { type: 'object' } } },
})

t.test('documents are merged, clashing names are told apart', async (t) => {
  const merged = mergeDocuments([
    ['auth', document('/api/auth/profile', { type: 'string' })],
    ['patient', document('/api/patients/', { type: 'number' })],
    ['audit', undefined],
  ])
  t.match(merged, {
    openapi: '3.1.0',
    paths: {
      '/api/auth/profile': {
        get: { tags: ['auth'], responses: { 200: { $ref: '#/components/schemas/Thing' } } },
      },
      '/api/patients': {
        get: {
          tags: ['patient'],
          responses: { 200: { $ref: '#/components/schemas/patient_Thing' } },
        },
      },
    },
    components: {
      schemas: {
        Thing: { type: 'string' },
        patient_Thing: { type: 'number' },
        Problem: { type: 'object' },
      },
      securitySchemes: { access_token: { scheme: 'bearer' } },
    },
  })
  t.notMatch(JSON.stringify(merged), 'internal')
})

t.test('the statuses of each operation are those of its service and of the gateway', async (t) => {
  const response = (description: string) => ({ description })
  const own = { 200: response('here'), 404: response('not here'), 503: response('its own') }
  const { paths } = mergeDocuments([
    ['patient', { paths: { '/api/patients': { get: { responses: own } } } }],
  ]) as { paths: Record<string, { get: { responses: Record<string, object> } }> }
  const { responses } = paths['/api/patients']?.get ?? {}
  t.same(Object.keys(responses ?? {}), ['200', '404', '429', '502', '503', '504'])
  t.match(responses, own)
  t.match(responses?.[429], { content: { 'application/problem+json': {} } })
})

t.test('openapi.json holds every service that is there', async (t) => {
  const gateway = await startGateway(t)
  gateway.upstreams.patient.answers.set('/openapi.json', () =>
    document('/api/patients', { type: 'number' }),
  )
  await gateway.upstreams.audit.close()
  const answer = await gateway.get('/openapi.json')
  t.equal(answer.status, 200)
  t.match(answer.headers.get('content-type'), 'application/json')
  t.match(await answer.json(), { paths: { '/api/patients': {} } })
})

t.test('the reference is one page and one script, both from here', async (t) => {
  const gateway = await startGateway(t)
  for (const path of ['/docs', '/docs/']) {
    const answer = await gateway.get(path)
    t.equal(answer.status, 200, path)
    const page = await answer.text()
    t.match(page, '/openapi.json')
    t.match(page, 'js/scalar.js')
    t.notMatch(page, /(src|href)="(https?:)?\/\//, 'nothing from elsewhere')
    t.match(answer.headers.get('content-security-policy'), "connect-src 'self'")
  }
  const script = await gateway.get('/docs/js/scalar.js')
  t.equal(script.status, 200)
  t.match(script.headers.get('content-type'), 'javascript')
  t.ok((await script.text()).length > 100_000)
})
