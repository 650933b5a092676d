import { fold, nameWords } from '@wardstone/service'
import { type RawBuilder, type SqlBool, sql } from 'kysely'

/** More words than this say nothing more. */
const MOST_WORDS = 5

/** The text that a record is found by: the folded words of `texts`, a space before each. */
export function searchWords(...texts: string[]): string {
  return nameWords(...texts)
    .map((word) => ` ${word}`)
    .join('')
}

/** What is the same without case, accents and width is the same number or code. */
export function foldedCode(code: string): string {
  return fold(code).replace(/\s+/g, ' ').trim()
}

/** True of the rows that have, for each word of `q`, one that begins with it. */
export function isFoundBy(q: string): RawBuilder<SqlBool> {
  const words = fold(q).match(/[\p{L}\p{N}]+/gu) ?? []
  if (words.length === 0) return sql`false`
  const each = words
    .slice(0, MOST_WORDS)
    .map((word) => sql`strpos(search_words, ${` ${word}`}) > 0`)
  return sql`(${sql.join(each, sql` and `)})`
}
