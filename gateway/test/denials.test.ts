import { randomUUID } from 'node:crypto'
import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { Value } from '@sinclair/typebox/value'
import { natsUrlFor, privateNats } from '@wardstone/cluster/testing'
import { type AuditEvent, AuditMessageSchema, HOSPITAL_MISMATCH_DETAIL } from '@wardstone/contracts'
import { ensureStreams } from '@wardstone/events'
import { connect } from 'nats'
import t from 'tap'
import { CITY, eventually, exchange, RIVERSIDE, startGateway } from './helper.ts'

t.test('naming another hospital is refused with the words of the seed', async (t) => {
  const gateway = await startGateway(t)
  const token = gateway.signer.token({ hospital_id: CITY })
  const bearer = { authorization: `Bearer ${token}` }
  t.equal(
    (await gateway.get('/api/patients', { ...bearer, 'x-hospital-id': CITY })).status,
    200,
    'its own',
  )
  const received = gateway.upstreams.patient.received.length
  for (const named of [
    RIVERSIDE,
    'x',
    '',
    '*',
    `${CITY}, ${CITY}`,
    CITY.toUpperCase(),
    `${CITY},${RIVERSIDE}`,
  ]) {
    const answer = await gateway.get('/api/patients', { ...bearer, 'x-hospital-id': named })
    t.equal(answer.status, 403, named)
    t.match(await answer.json(), { code: 'hospital_mismatch', detail: HOSPITAL_MISMATCH_DETAIL })
  }
  const repeated = await exchange(
    gateway.port,
    `GET /api/patients HTTP/1.1\r\nHost: w\r\nAuthorization: Bearer ${token}\r\nX-Hospital-Id: ${CITY}\r\nx-hospital-id: ${CITY}\r\nConnection: close\r\n\r\n`,
  )
  t.match(repeated, /^HTTP\/1\.1 403/, 'repeated')
  const nowhere = gateway.signer.bearer({
    role: 'platform_admin',
    hospital_id: null,
    hospital_name: null,
  })
  t.equal((await gateway.get('/api/patients', { ...nowhere, 'x-hospital-id': CITY })).status, 403)
  t.equal(gateway.upstreams.patient.received.length, received, 'the service was not asked')
})

t.test('each denial is an audit event of the hospital of the caller', async (t) => {
  const url = await privateNats(t)
  await ensureStreams(url)
  const { username, password, host } = new URL(url)
  const nats = await connect({ servers: host, user: username, pass: password })
  t.teardown(() => nats.close())
  const seen: { subject: string; events: AuditEvent[] }[] = []
  nats.subscribe('audit.>', {
    callback: (_error, message) => {
      const payload = message.json<{ events: AuditEvent[] }>()
      seen.push({ subject: message.subject, ...payload })
    },
  })
  const gateway = await startGateway(t, { NATS_URL: natsUrlFor(url, 'gateway') })
  const user = randomUUID()
  const sid = randomUUID()
  const bearer = gateway.signer.bearer({ hospital_id: CITY, sub: user, sid })
  const mismatch = await gateway.get('/api/patients', {
    ...bearer,
    'x-hospital-id': RIVERSIDE,
    'user-agent': 'curl/8',
  })
  gateway.upstreams.auth.answers.set('/internal/revocations', () => ({
    revocations: [
      {
        kind: 'session',
        id: sid,
        revoked_at: new Date().toISOString(),
        expires_at: new Date(Date.now() + 600_000).toISOString(),
      },
    ],
  }))
  await eventually(async () => (await gateway.get('/api/patients', bearer)).status === 401, 6000)
  await eventually(() => seen.length >= 2)

  for (const { events } of seen)
    t.ok(Value.Check(AuditMessageSchema.properties.events.items.properties.id, events[0]?.id))
  t.match(seen[0], {
    subject: `audit.${CITY}.gateway.security.hospital_mismatch`,
    events: [
      {
        hospital_id: CITY,
        service: 'gateway',
        action: 'security.hospital_mismatch',
        outcome: 'denied',
        actor: {
          id: user,
          session_id: sid,
          username: 'doctor_city',
          role: 'doctor',
          ip: '127.0.0.1',
          user_agent: 'curl/8',
        },
        entity: { type: 'hospital', id: RIVERSIDE },
        request_id: mismatch.headers.get('x-request-id'),
      },
    ],
  })
  t.match(seen[1], {
    subject: `audit.${CITY}.gateway.access.denied`,
    events: [
      { action: 'access.denied', outcome: 'denied', reason: 'session ended', actor: { id: user } },
    ],
  })
})

t.test('without NATS a denial is in the file before the answer leaves', async (t) => {
  const gateway = await startGateway(t)
  const answer = await gateway.get('/api/patients', {
    ...gateway.signer.bearer({ hospital_id: CITY }),
    'x-hospital-id': 'not-an-id-but-a-name',
  })
  t.equal(answer.status, 403)
  const { SPOOL_FOLDER } = gateway.config
  const files = await readdir(SPOOL_FOLDER)
  const spooled = await readFile(join(SPOOL_FOLDER, files[0] ?? ''), 'utf8')
  t.match(spooled, answer.headers.get('x-request-id') ?? 'none')
  t.notMatch(spooled, 'not-an-id-but-a-name', 'free text of a client is not kept')
  t.match(await gateway.app.metrics.registry.metrics(), /^audit_spool_waiting 1$/m)
})
