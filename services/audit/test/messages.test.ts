import { auditSubject } from '@wardstone/contracts'
import t from 'tap'
import { readMessage } from '../src/events/messages.ts'
import { CITY, RIVERSIDE, somethingHappened } from './helper.ts'

const encode = (content: unknown) => Buffer.from(JSON.stringify(content))
const subject = auditSubject(CITY.hospital_id, 'patient', 'patient.read')

t.test('takes an event, and reads together', async (t) => {
  const events = [
    somethingHappened({ break_glass: { id: CITY.hospital_id, reason_code: 'TREAT' } }),
    somethingHappened({ action: 'patient.listed' }),
  ]
  t.same(readMessage({ id: 'a', subject, payload: encode({ events: [events[0]] }) }), [events[0]])
  const reads = auditSubject(CITY.hospital_id, 'patient', 'reads')
  t.same(readMessage({ id: 'a', subject: reads, payload: encode({ events }) }), events)
})

const nil = '00000000-0000-0000-0000-000000000000'
for (const [what, reason, given, event] of [
  ['another hospital', 'hospital', subject, { hospital_id: RIVERSIDE.hospital_id }],
  ['the platform', 'hospital', subject, { hospital_id: null }],
  [
    'the id the platform has inside',
    'hospital',
    auditSubject(nil, 'patient', 'patient.read'),
    { hospital_id: nil },
  ],
  ['another service', 'service', subject, { service: 'auth' }],
  ['another action', 'action', subject, { action: 'patient.updated' }],
  ['an action nobody knows', 'schema', subject, { action: 'patient.eaten' }],
  ['no instant', 'schema', subject, { occurred_at: '2026-13-01T00:00:00.000Z' }],
  [
    'a glass broken for no known reason',
    'schema',
    subject,
    { break_glass: { id: CITY.hospital_id, reason_code: 'CURIOUS' } },
  ],
  [
    'a glass that tells of a patient',
    'schema',
    subject,
    { break_glass: { id: CITY.hospital_id, reason_code: 'TREAT', patient_id: CITY.hospital_id } },
  ],
  ['a strange subject', 'subject', 'audit.x.patient.patient.read', {}],
] as const) {
  t.test(`puts away an event of ${what}`, async (t) => {
    const payload = encode({ events: [{ ...somethingHappened(), ...event }] })
    t.match(readMessage({ id: 'a', subject: given, payload }), { reason })
  })
}

t.test('puts away what is no JSON', async (t) => {
  for (const payload of [Buffer.from('{'), Buffer.from([0xff, 0xfe]), Buffer.alloc(0)]) {
    t.match(readMessage({ id: 'a', subject, payload }), { reason: 'schema' })
  }
})
