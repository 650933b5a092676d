import t from 'tap'
import { CursorCodec } from '../src/index.ts'

t.test('a cursor is followed in its own scope only', async (t) => {
  const codec = new CursorCodec('secret')
  const scope = ['hospital', 'patients', { gender: 'male' }]
  const position = ['2026-01-01T00:00:00.123Z', 'id', 7, 'Đurđa']
  const cursor = codec.encode(scope, position)
  t.match(cursor, /^[A-Za-z0-9_-]+$/)
  t.notMatch(Buffer.from(cursor, 'base64url').toString(), /Đurđa|2026/, 'says nothing of a person')
  t.same(codec.decode(scope, cursor), position)
  const forged = Buffer.from(cursor, 'base64url')
  forged[20] = (forged[20] ?? 0) ^ 1
  for (const [what, attempt] of [
    ['another hospital', () => codec.decode(['other', 'patients', { gender: 'male' }], cursor)],
    ['another filter', () => codec.decode(['hospital', 'patients', {}], cursor)],
    ['another secret', () => new CursorCodec('other').decode(scope, cursor)],
    ['another position', () => codec.decode(scope, forged.toString('base64url'))],
    ['a shorter one', () => codec.decode(scope, cursor.slice(0, -4))],
    ['nothing', () => codec.decode(scope, '')],
    ['a longer one', () => codec.decode(scope, `${cursor}AAAA`)],
  ] as const) {
    t.throws(attempt, { statusCode: 400, code: 'validation_failed' }, what)
  }
})

t.test('a cursor has one spelling', async (t) => {
  const codec = new CursorCodec('secret')
  const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_'
  for (const text of ['', 'a', 'ab']) {
    const cursor = codec.encode(['scope'], [text])
    for (const letter of alphabet.replace(cursor.at(-1) ?? '', '')) {
      t.throws(() => codec.decode(['scope'], cursor.slice(0, -1) + letter), {
        code: 'validation_failed',
        statusCode: 400,
      })
    }
  }
})
