import { randomUUID } from 'node:crypto'
import { type Static, Type } from '@sinclair/typebox'
import { Value } from '@sinclair/typebox/value'
import {
  GATEWAY_ISSUER,
  IdentityClaimsSchema,
  SERVICE_NAMES,
  type ServiceName,
} from '@wardstone/contracts'
import { createLogger, createService, IdentityTokens } from '@wardstone/service'
import t from 'tap'
import { stamps } from '../src/headers.ts'
import { systemIdentity } from '../src/identities.ts'
import { CITY, identityKey, startGateway } from './helper.ts'

const IdentitySchema = Type.Record(Type.String(), Type.Unknown())

/** A service as services are made, that tells whom it believes to be called by. */
async function believer(
  t: { teardown: (clean: () => unknown) => unknown },
  name: ServiceName,
  key = identityKey(name),
) {
  const app = await createService({
    name,
    config: { HOST: '127.0.0.1', PORT: 0, LOG_LEVEL: 'silent', IDENTITY_KEY: key },
    parts: {},
    recordAudit: async () => {},
    logger: createLogger(name, 'silent'),
  })
  const response = { 200: IdentitySchema }
  app.get(
    '/api/patients',
    { config: { permission: 'patient.read' }, schema: { response } },
    ({ identity }) => ({ ...identity }),
  )
  app.get(
    '/internal/revocations',
    { config: { permission: 'system.revocations.read' }, schema: { response } },
    ({ identity }) => ({ ...identity }),
  )
  app.get('/api/hospitals', { config: { public: true }, schema: { response } }, ({ identity }) => ({
    ...identity,
  }))
  app.post(
    '/api/patients',
    { config: { permission: 'patient.write' }, schema: { response } },
    ({ identity }) => ({ ...identity }),
  )
  await app.listen({ host: '127.0.0.1', port: 0 })
  t.teardown(() => app.close())
  const address = app.server.address()
  return `http://127.0.0.1:${typeof address === 'object' ? address?.port : ''}`
}

function claimsIn(authorization: string | undefined): Static<typeof IdentityClaimsSchema> {
  const [, payload = ''] = (authorization ?? '').split('.')
  return JSON.parse(Buffer.from(payload, 'base64url').toString())
}

t.test('what is signed fits the contract', async (t) => {
  const gateway = await startGateway(t)
  const user = randomUUID()
  await gateway.get('/api/patients?q=%20x&limit=1', {
    ...gateway.signer.bearer({
      hospital_id: CITY,
      sub: user,
      role: 'nurse',
      hospital_name: '病院',
    }),
    'user-agent': 'a'.repeat(300),
  })
  await gateway.post('/api/auth/login', {})
  const signedIn = claimsIn(gateway.upstreams.patient.last.headers.authorization)
  const anonymous = claimsIn(gateway.upstreams.auth.last.headers.authorization)
  for (const claims of [signedIn, anonymous]) {
    t.strictSame([...Value.Errors(IdentityClaimsSchema, claims)], [])
    t.equal(claims.exp - claims.iat, 30)
  }
  t.match(signedIn, {
    aud: 'patient',
    method: 'GET',
    url: '/api/patients?q=%20x&limit=1',
    sub: user,
    role: 'nurse',
    hospital_id: CITY,
    hospital_name: '病院',
    ip: '127.0.0.1',
    user_agent: 'a'.repeat(256),
  })
  t.match(anonymous, {
    aud: 'auth',
    method: 'POST',
    role: 'anonymous',
    sub: null,
    hospital_id: null,
    user_agent: 'node',
  })
})

t.test('a service believes the gateway', async (t) => {
  const gateway = await startGateway(t, {
    PATIENT_URL: await believer(t, 'patient'),
    HOSPITAL_URL: await believer(t, 'hospital'),
  })
  const user = randomUUID()
  const bearer = gateway.signer.bearer({ hospital_id: CITY, sub: user, role: 'doctor' })
  for (const path of ['/api/patients', '/api/patients/']) {
    const answer = await gateway.get(path, bearer)
    t.equal(answer.status, 200, path)
    t.match(await answer.json(), {
      user_id: user,
      hospital_id: CITY,
      role: 'doctor',
      request_id: answer.headers.get('x-request-id'),
    })
  }
  t.equal((await gateway.post('/api/patients', {}, bearer)).status, 200)
  t.match(await (await gateway.get('/api/hospitals')).json(), { role: 'anonymous', user_id: null })
})

t.test('a service refuses a token that was made for another', async (t) => {
  const gateway = await startGateway(t, {
    PATIENT_URL: await believer(t, 'patient', identityKey('audit')),
  })
  t.equal((await gateway.get('/api/patients', gateway.signer.bearer())).status, 401)
})

t.test('the gateway s own calls are believed, and only where they are for', async (t) => {
  const url = await believer(t, 'auth')
  const keys = Object.fromEntries(SERVICE_NAMES.map((name) => [name, identityKey(name)])) as Record<
    ServiceName,
    string
  >
  const tokens = new IdentityTokens(GATEWAY_ISSUER, keys)
  const call = (path: string, service: ServiceName = 'auth') => {
    const identity = systemIdentity()
    return fetch(`${url}${path}`, {
      headers: stamps(identity, tokens.sign(service, identity, 'GET', path)),
    })
  }
  t.match(await (await call('/internal/revocations')).json(), { role: 'system' })
  t.equal((await call('/internal/revocations', 'audit')).status, 401, 'another service s token')
  t.equal((await call('/api/patients')).status, 403, 'the system reads no patients')
})
