import fc, { type Arbitrary } from 'fast-check'
import type { Schema } from '../operations.ts'

/** Instants long before the run, so that they mean the same in both worlds. */
const INSTANTS = [
  '1970-01-01T00:00:00.000Z',
  '2026-01-15T12:00:00Z',
  '2026-06-30T23:59:59.999+02:00',
  '2999-12-31T23:59:59.999Z',
]

const FORMATS: Readonly<Record<string, Arbitrary<string>>> = {
  date: fc
    .date({ min: new Date('1900-01-01'), max: new Date('2100-01-01'), noInvalidDate: true })
    .map((date) => date.toISOString().slice(0, 10)),
  'date-time': fc.constantFrom(...INSTANTS),
  email: fc.stringMatching(/^[a-z]{1,8}[.][a-z]{1,8}@example[.]org$/),
}

/** Texts that `schema` allows: some of them as short or as long as can be. */
export function textOf({
  format,
  pattern,
  minLength = 0,
  maxLength = 1000,
}: Schema): Arbitrary<string> {
  if (format !== undefined) {
    const known = FORMATS[format]
    if (!known) throw new Error(`no texts are known for the format ${format}`)
    return known
  }
  const fits = (text: string) =>
    [...text].length >= minLength &&
    [...text].length <= maxLength &&
    (pattern === undefined || new RegExp(pattern, 'u').test(text))
  const edges = ['x'.repeat(minLength), 'x'.repeat(maxLength)].filter(fits)
  const texts = matching(pattern, minLength, maxLength).filter(fits)
  if (edges.length === 0) return texts
  return fc.oneof(
    { weight: 8, arbitrary: texts },
    { weight: 1, arbitrary: fc.constantFrom(...edges) },
  )
}

function matching(pattern: string | undefined, minLength: number, maxLength: number) {
  if (pattern?.startsWith('^')) {
    return fc.stringMatching(new RegExp(pattern, 'u'), { size: 'small' })
  }
  return fc
    .string({ unit: 'grapheme-composite', minLength, maxLength, size: 'small' })
    .map(storable)
}

/** Without what no service stores, which is a fault of its own. */
function storable(text: string): string {
  return text.toWellFormed().replaceAll('\0', '')
}
