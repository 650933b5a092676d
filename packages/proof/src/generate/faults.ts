import fc, { type Arbitrary } from 'fast-check'
import { RIVERSIDE } from '../hospitals.ts'

const LONG = 'x'.repeat(25_000)

/** Values of a wrong type, out of every bound, or not to be stored. */
const CONFUSED = [
  null,
  true,
  0,
  -1,
  1.5,
  2 ** 31,
  1e300,
  '',
  ' ',
  'x',
  'true',
  '\0',
  '\ud800',
  "' or '1'='1",
  '%_\\',
  LONG,
  [],
  ['x'],
  {},
  { $ne: null },
]

/** Fields that no caller may set. */
const EXTRA = {
  hospital_id: RIVERSIDE.id,
  id: RIVERSIDE.id,
  role: 'platform_admin',
  status: 'active',
  is_admin: true,
  created_at: '2026-01-15T12:00:00Z',
  constructor: { prototype: {} },
  unknown_field: 1,
}

/** Bodies that are no object. */
const WHOLE = [
  '',
  'null',
  '[]',
  '{',
  '"text"',
  '7',
  '{"__proto__":{"a":1}}',
  '{"a":1,"a":2}',
  '\ufeff{}',
]

/** Bodies with one thing wrong: a field confused, too much, missing, or all of it. */
export function faultyBody(body: Arbitrary<unknown>): Arbitrary<unknown> {
  return fc.oneof(
    {
      weight: 4,
      arbitrary: withField(body, (object, key, value) => ({ ...object, [key]: value })),
    },
    { weight: 3, arbitrary: withExtra(body) },
    { weight: 2, arbitrary: withField(body, (object, key) => without(object, key)) },
    { weight: 1, arbitrary: fc.constantFrom(...WHOLE) },
  )
}

/** Queries with one thing wrong; a URL that is too long reaches no route. */
export function faultyQuery(query: Arbitrary<object>): Arbitrary<object> {
  return fc.oneof(
    {
      weight: 2,
      arbitrary: withField(query, (object, key, value) => ({
        ...object,
        [key]: value === LONG ? value.slice(0, 2_000) : value,
      })),
    },
    { weight: 2, arbitrary: withExtra(query) },
  ) as Arbitrary<object>
}

function withField(
  value: Arbitrary<unknown>,
  change: (object: object, key: string, confused: unknown) => unknown,
): Arbitrary<unknown> {
  return fc
    .tuple(value, fc.nat(999), fc.constantFrom(...CONFUSED))
    .map(([object, index, confused]) => {
      const keys = Object.keys(object ?? {})
      const key = keys[index % keys.length]
      return key === undefined ? object : change(object as object, key, confused)
    })
}

function withExtra(value: Arbitrary<unknown>): Arbitrary<unknown> {
  return fc
    .tuple(value, fc.constantFrom(...Object.entries(EXTRA)))
    .map(([object, [key, extra]]) => ({ ...(object as object), [key]: extra }))
}

function without(object: object, key: string): object {
  return Object.fromEntries(Object.entries(object).filter(([name]) => name !== key))
}
