/** What a spreadsheet would take for a formula. */
const FORMULA = /^[=+\-@\t\r]/
const GUARDED = /^'(?=[=+\-@\t\r])/

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

const FIELD = /"((?:[^"]|"")*)"|([^",\r\n]*)/y

/** The records of RFC 4180 text, with the apostrophes taken away that `csvRecord` adds; empty lines are none. */
export function* csvRecords(text: string): Generator<string[]> {
  let at = text.startsWith('\u{FEFF}') ? 1 : 0
  while (at < text.length) {
    const record: string[] = []
    for (;;) {
      FIELD.lastIndex = at
      const [whole = '', quoted, plain = ''] = FIELD.exec(text) ?? []
      record.push((quoted?.replaceAll('""', '"') ?? plain).replace(GUARDED, ''))
      at += whole.length
      if (text[at] !== ',') break
      at += 1
    }
    const end = /\r\n|\n|\r|$/y
    end.lastIndex = at
    const [ending] = end.exec(text) ?? []
    if (ending === undefined) throw new CsvFault(`record ${record.length}`)
    at += ending.length
    if (record.length > 1 || record[0] !== '') yield record
    if (ending === '') return
  }
}
