import { setImmediate as nextTurn } from 'node:timers/promises'
import { CsvFault, csvRecords, ProblemError } from '@wardstone/service'
import { invalidField } from '../errors.ts'
import { IMPORT_COLUMNS, rowOf } from './import-columns.ts'
import { type Import, type ImportRow, MOST_ROWS, type RowError } from './import-schemas.ts'
import { toFields } from './newcomer.ts'
import type { PatientFields } from './rules.ts'

/** Checks one row against its schema; `errors` say what is wrong. */
export interface RowCheck {
  (row: unknown): boolean
  errors?: readonly { instancePath: string; message?: string; params: object }[] | null
}

/** The rows of a file: those that can be stored, and what is wrong with the others. */
export interface ReadRows {
  rows: number
  good: { row: number; said: ImportRow; fields: PatientFields }[]
  errors: RowError[]
}

/** Others are served after each so many rows. */
const AT_ONCE = 1000

/**
 * @param tell how many rows are checked, of how many, and how many errors are found
 * @throws problem 400 when the file as such cannot be read
 */
export async function readRows(
  { format, content }: Import,
  check: RowCheck,
  tell: (news: { rows: number; rows_done: number; errors: number }) => void,
): Promise<ReadRows> {
  const parsed = format === 'csv' ? csvRows(content) : ndjsonRows(content)
  if (parsed.length === 0) throw invalidField('/content', 'has no rows')
  if (parsed.length > MOST_ROWS)
    throw invalidField('/content', `must not have more than ${MOST_ROWS} rows`)
  const read: ReadRows = { rows: parsed.length, good: [], errors: [] }
  for (const [index, said] of parsed.entries()) {
    if (index % AT_ONCE === 0) {
      tell({ rows: read.rows, rows_done: index, errors: read.errors.length })
      await nextTurn()
    }
    const row = index + 1
    const faults = said instanceof RowFault ? [said] : faultsOf(said, check)
    if (faults.length === 0) take(read, row, said as ImportRow)
    for (const { column, message } of faults) read.errors.push({ row, column, message })
  }
  tell({ rows: read.rows, rows_done: read.rows, errors: read.errors.length })
  return read
}

class RowFault {
  readonly column: string
  readonly message: string

  constructor(column: string, message: string) {
    this.column = column
    this.message = message
  }
}

function take(read: ReadRows, row: number, said: ImportRow): void {
  try {
    read.good.push({ row, said, fields: toFields(said) })
  } catch (error) {
    if (!(error instanceof ProblemError)) throw error
    const faults = error.extra.errors as { pointer: string; message: string }[]
    for (const { pointer, message } of faults)
      read.errors.push({ row, column: pointer.slice(1), message })
  }
}

function faultsOf(said: unknown, check: RowCheck): RowFault[] {
  const unstorable = unstorableIn(said, '')
  if (unstorable !== undefined)
    return [new RowFault(unstorable, 'must not contain NUL or lone surrogates')]
  if (check(said)) return []
  const faults = new Map<string, RowFault>()
  for (const { instancePath, message = 'is not valid', params } of check.errors ?? []) {
    const { missingProperty, additionalProperty } = params as Record<string, string | undefined>
    const name = missingProperty ?? additionalProperty
    const column = `${instancePath}${name ? `/${name}` : ''}`.slice(1)
    const text = missingProperty
      ? 'is required'
      : additionalProperty
        ? 'is not a known column'
        : message
    if (!faults.has(column)) faults.set(column, new RowFault(column, text))
  }
  return [...faults.values()]
}

/** Where NUL or half a character is. What JSON escapes, the check of the body has not seen. */
function unstorableIn(value: unknown, path: string): string | undefined {
  if (typeof value === 'string')
    return value.includes('\0') || !value.isWellFormed() ? path : undefined
  if (typeof value !== 'object' || value === null) return undefined
  for (const [name, inner] of Object.entries(value)) {
    const found = unstorableIn(inner, path === '' ? name : `${path}/${name}`)
    if (found !== undefined) return found
  }
  return undefined
}

function csvRows(content: string): (object | RowFault)[] {
  try {
    const [header = [], ...records] = csvRecords(content)
    const unknown = header.find((name) => !IMPORT_COLUMNS.has(name))
    if (unknown !== undefined)
      throw invalidField('/content', `has the column “${unknown.slice(0, 64)}”, which is not known`)
    if (new Set(header).size < header.length) throw invalidField('/content', 'has a column twice')
    return records.map((record) =>
      record.length === header.length
        ? rowOf(header, record)
        : new RowFault('', `must have ${header.length} columns`),
    )
  } catch (error) {
    throw error instanceof CsvFault ? invalidField('/content', 'is not CSV (RFC 4180)') : error
  }
}

function ndjsonRows(content: string): unknown[] {
  const lines = content.split(/\r?\n/).filter((line) => line.trim() !== '')
  return lines.map((line) => {
    try {
      return JSON.parse(line)
    } catch {
      return new RowFault('', 'is not JSON')
    }
  })
}
