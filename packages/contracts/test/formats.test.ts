import { type TSchema, Type } from '@sinclair/typebox'
import { Value } from '@sinclair/typebox/value'
import t from 'tap'
import {
  auditSubject,
  DateSchema,
  domainSubject,
  EmailSchema,
  InstantSchema,
  line,
  UuidSchema,
} from '../src/index.ts'

t.test('formats take what is meant and nothing like it', async (t) => {
  const cases: [TSchema, string[], string[]][] = [
    [
      UuidSchema,
      ['01a207d1-79ad-76cb-b0e9-603669a764ee'],
      ['01A207D1-79AD-76CB-B0E9-603669A764EE', '1', '{01a207d1-79ad-76cb-b0e9-603669a764ee}'],
    ],
    [
      DateSchema,
      ['2024-02-29', '1900-01-01'],
      ['2023-02-29', '2023-2-1', '0000-01-01', '2023-01-01T00:00:00Z'],
    ],
    [
      InstantSchema,
      ['2026-11-23T09:30:00.000Z', '2026-11-23T09:30:00+05:30'],
      ['2026-11-23', '2026-13-01T00:00:00Z', '0000-01-01T00:00:00Z', 'yesterday'],
    ],
    [EmailSchema, ['a@example.org'], ['a', 'a@', '@b', 'a b@c']],
    [line(5), ['a', 'a b', 'é'], ['', '   ', 'abcdef']],
    [Type.Array(UuidSchema), [], ['x']],
  ]
  for (const [schema, good, bad] of cases) {
    for (const text of good) t.ok(Value.Check(schema, text), text)
    for (const text of bad) t.notOk(Value.Check(schema, text), text)
  }
})

t.test('subjects name the hospital, or the platform', async (t) => {
  t.equal(auditSubject('h', 'patient', 'patient.created'), 'audit.h.patient.patient.created')
  t.equal(auditSubject(null, 'auth', 'auth.login'), 'audit.platform.auth.auth.login')
  t.equal(
    domainSubject('h', 'hospital', 'hospital.suspended'),
    'domain.h.hospital.hospital.suspended',
  )
})
