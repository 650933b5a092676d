import t from 'tap'
import { CursorCodec } from '../src/index.ts'

t.test('a cursor is followed in its own scope only', async (t) => {
  const codec = new CursorCodec('secret')
  const scope = ['hospital', 'patients', { gender: 'male' }]
  const position = ['2026-01-01T00:00:00.123Z', 'id', 7, 'Đurđa']
  const cursor = codec.encode(scope, position)
  t.match(cursor, /^[A-Za-z0-9_-]+\.[A-Za-z0-9_-]{27}$/)
  t.same(codec.decode(scope, cursor), position)
  const forged = `${Buffer.from('["9"]').toString('base64url')}.${cursor.split('.')[1]}`
  for (const [what, attempt] of [
    ['another hospital', () => codec.decode(['other', 'patients', { gender: 'male' }], cursor)],
    ['another filter', () => codec.decode(['hospital', 'patients', {}], cursor)],
    ['another secret', () => new CursorCodec('other').decode(scope, cursor)],
    ['another position', () => codec.decode(scope, forged)],
    ['no signature', () => codec.decode(scope, cursor.split('.')[0] ?? '')],
    ['nothing', () => codec.decode(scope, '')],
    ['a longer one', () => codec.decode(scope, `${cursor}A`)],
  ] as const) {
    t.throws(attempt, { statusCode: 400, code: 'validation_failed' }, what)
  }
})
