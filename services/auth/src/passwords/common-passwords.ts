import { dictionary } from '@zxcvbn-ts/language-common'

/** Some 49,000 passwords that people choose, the most chosen first, in lower case. */
const COMMON = new Set(dictionary['passwords-common'].map(String))

/** A row of keys, digits or letters that a finger runs along, there and back. */
const RUNS = [
  '01234567890',
  'abcdefghijklmnopqrstuvwxyz',
  'qwertyuiop',
  'asdfghjkl',
  'zxcvbnm',
].flatMap((run) => [run, [...run].reverse().join('')])
const SHORTEST_RUN = 3

/**
 * True for a password that guessers try early: one that many people chose, also with digits and signs
 * around it or said twice, and one made of a few keys in a row.
 */
export function isCommon(password: string): boolean {
  const text = password.normalize('NFKC').toLowerCase()
  const core = text.replace(/^[^\p{L}]+|[^\p{L}]+$/gu, '')
  return (
    [text, core, repeated(text), repeated(core)].some((part) => COMMON.has(part)) || isRuns(text)
  )
}

/** What a text repeats, else the text. */
function repeated(text: string): string {
  return /^(.+?)\1+$/u.exec(text)?.[1] ?? text
}

/** Nothing but runs and repeated characters: `abcd1234…`, `qwertyuiop12`, `aaaaaaaaaaaa`. */
function isRuns(text: string): boolean {
  let rest = text
  while (rest !== '') {
    const length = Math.max(sameLength(rest), ...RUNS.map((run) => runLength(rest, run)))
    if (length < SHORTEST_RUN) return rest.length < SHORTEST_RUN
    rest = rest.slice(length)
  }
  return true
}

function sameLength(text: string): number {
  return /^(.)\1*/su.exec(text)?.[0].length ?? 0
}

function runLength(text: string, run: string): number {
  const start = run.indexOf(text[0] ?? '')
  if (start < 0) return 0
  let length = 1
  while (start + length < run.length && text[length] === run[start + length]) length += 1
  return length
}
