/** What a spreadsheet would take for a formula, and what looks like one with its guard. */
const FORMULA = /^'*[=+\-@\t\r]/
const GUARDED = /^'(?='*[=+\-@\t\r])/

/** One record of RFC 4180, its line end included; what looks like a formula gets an apostrophe before it. */
export function csvRecord(values: readonly unknown[]): string {
  return `${values.map(csvField).join(',')}\r\n`
}

function csvField(value: unknown): string {
  if (value === null || value === undefined) return ''
  const text = typeof value === 'object' ? JSON.stringify(value) : String(value)
  const guarded = FORMULA.test(text) ? `'${text}` : text
  return /[",\r\n]/.test(guarded) ? `"${guarded.replaceAll('"', '""')}"` : guarded
}

/** Text in which a quote was opened and never closed, or stands where none may. */
export class CsvFault extends Error {
  override readonly name = 'CsvFault'
}

const PLAIN = /[^",\r\n]*/y

/** The records of RFC 4180 text, with the apostrophes taken away that `csvRecord` adds; empty lines are none. */
export function* csvRecords(text: string): Generator<string[]> {
  let at = text.startsWith('\u{FEFF}') ? 1 : 0
  while (at < text.length) {
    const record: string[] = []
    for (;;) {
      const { value, end } = fieldAt(text, at)
      record.push(value.replace(GUARDED, ''))
      at = end
      if (text[at] !== ',') break
      at += 1
    }
    const lineEnd = /\r\n|\n|\r|$/y
    lineEnd.lastIndex = at
    const [ending] = lineEnd.exec(text) ?? []
    if (ending === undefined) throw new CsvFault(`record ${record.length}`)
    at += ending.length
    if (record.length > 1 || record[0] !== '') yield record
    if (ending === '') return
  }
}

/** By hand where quotes are: a regular expression has no room to remember all of a long field. */
function fieldAt(text: string, start: number): { value: string; end: number } {
  if (text[start] !== '"') {
    PLAIN.lastIndex = start
    const [value = ''] = PLAIN.exec(text) ?? []
    return { value, end: start + value.length }
  }
  let close = text.indexOf('"', start + 1)
  while (close >= 0 && text[close + 1] === '"') close = text.indexOf('"', close + 2)
  if (close < 0) throw new CsvFault('a quote is not closed')
  return { value: text.slice(start + 1, close).replaceAll('""', '"'), end: close + 1 }
}
