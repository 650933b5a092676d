import { nameWords } from '@wardstone/service'
import { identifierKeys } from './identifiers.ts'
import type { ReadRows } from './import-rows.ts'
import type { RowDuplicates } from './import-schemas.ts'
import { phoneTail } from './names.ts'
import type { PatientFields } from './rules.ts'

/** More of one row's likenesses say nothing more. */
const MOST_ROWS_NAMED = 5

/** Rows of a file that may be the person of a row before them: by an identifier, or the name with date of birth or telephone. */
export function likeEachOther(good: ReadRows['good']): Map<number, number[]> {
  const seen = new Map<string, number[]>()
  const like = new Map<number, number[]>()
  for (const { row, fields } of good) {
    const before = new Set<number>()
    for (const mark of marksOf(fields)) {
      const rows = seen.get(mark) ?? []
      for (const each of rows.slice(0, MOST_ROWS_NAMED)) before.add(each)
      if (rows.length < MOST_ROWS_NAMED) seen.set(mark, [...rows, row])
    }
    if (before.size > 0) like.set(row, [...before].slice(0, MOST_ROWS_NAMED))
  }
  return like
}

function marksOf(fields: PatientFields): string[] {
  const name = nameWords(fields.first_name, fields.last_name).sort().join(' ')
  const tail = phoneTail(fields.phone)
  return [
    ...identifierKeys(fields).map(({ type, key }) => `${type} ${key}`),
    `born ${fields.date_of_birth} ${name}`,
    ...(tail === undefined ? [] : [`phone ${tail} ${name}`]),
  ]
}

/** Both kinds of likeness, row by row. */
export function withRows(
  found: Map<number, RowDuplicates['candidates']>,
  like: Map<number, number[]>,
) {
  const rows = [...new Set([...found.keys(), ...like.keys()])].sort((one, other) => one - other)
  return rows.map((row) => ({
    row,
    candidates: found.get(row) ?? [],
    rows: like.get(row) ?? [],
  }))
}
