import { type Static, Type } from '@sinclair/typebox'
import { DateSchema, UuidSchema } from '@wardstone/contracts'
import { nameWords } from '@wardstone/service'
import type { IdentifierKey } from './identifiers.ts'
import { spellings } from './names.ts'

/** What two records have in common. */
const MATCHES = [
  'national_id',
  'identifier',
  'name',
  'similar_name',
  'date_of_birth',
  'year_of_birth',
  'phone',
] as const
type Match = (typeof MATCHES)[number]

/**
 * How much each says that two records are of one person. A telephone is shared by a family, a date
 * of birth by many, a name by some: only two of them together, or an identifier, warn.
 */
const WEIGHTS: Readonly<Record<Match, number>> = {
  national_id: 100,
  identifier: 100,
  name: 40,
  similar_name: 30,
  date_of_birth: 40,
  year_of_birth: 30,
  phone: 35,
}
const LIKELY = 70
const MOST_SHOWN = 10

/** A patient who may be the same person: no more than a list shows of them. */
export const CandidateSchema = Type.Object({
  id: UuidSchema,
  mrn: Type.String(),
  first_name: Type.String(),
  last_name: Type.String(),
  date_of_birth: DateSchema,
  is_active: Type.Boolean(),
  score: Type.Integer({ minimum: LIKELY, maximum: 100 }),
  matched: Type.Array(Type.Union(MATCHES.map((match) => Type.Literal(match)))),
})
export type Candidate = Static<typeof CandidateSchema>

/** What a newcomer and a stored patient are compared by. */
export interface Comparable {
  first_name: string
  last_name: string
  date_of_birth: string
  date_of_birth_estimated: boolean
}

/** A stored patient, with what the database has found in common already. */
export interface Stored extends Comparable {
  id: string
  mrn: string
  is_active: boolean
  same_phone: boolean
  same_identifiers: IdentifierKey['type'][]
}

/** The likely ones among `stored`, likeliest first. */
export function likelyDuplicates(newcomer: Comparable, stored: readonly Stored[]): Candidate[] {
  return stored
    .map((each) => toCandidate(newcomer, each))
    .filter(({ score }) => score >= LIKELY)
    .sort((one, other) => other.score - one.score || one.mrn.localeCompare(other.mrn))
    .slice(0, MOST_SHOWN)
}

function toCandidate(newcomer: Comparable, stored: Stored): Candidate {
  const { id, mrn, first_name, last_name, date_of_birth, is_active } = stored
  const matched = matchesOf(newcomer, stored)
  const score = Math.min(
    100,
    matched.reduce((sum, match) => sum + WEIGHTS[match], 0),
  )
  return { id, mrn, first_name, last_name, date_of_birth, is_active, score, matched }
}

function matchesOf(newcomer: Comparable, stored: Stored): Match[] {
  const found = new Set<Match | undefined>([
    namesMatch(newcomer, stored),
    birthMatch(newcomer, stored),
  ])
  if (stored.same_phone) found.add('phone')
  if (stored.same_identifiers.includes('national_id')) found.add('national_id')
  if (stored.same_identifiers.some((type) => type !== 'national_id')) found.add('identifier')
  return MATCHES.filter((match) => found.has(match))
}

function birthMatch(one: Comparable, other: Comparable): Match | undefined {
  if (one.date_of_birth === other.date_of_birth) return 'date_of_birth'
  const isEstimated = one.date_of_birth_estimated || other.date_of_birth_estimated
  const sameYear = one.date_of_birth.slice(0, 4) === other.date_of_birth.slice(0, 4)
  return isEstimated && sameYear ? 'year_of_birth' : undefined
}

/** First and last name each have a word in common, also when they are swapped or one letter is wrong. */
function namesMatch(one: Comparable, other: Comparable): Match | undefined {
  const [first, last] = [nameWords(one.first_name), nameWords(one.last_name)]
  const [otherFirst, otherLast] = [nameWords(other.first_name), nameWords(other.last_name)]
  const both = (alike: typeof equal) =>
    (alike(first, otherFirst) && alike(last, otherLast)) ||
    (alike(first, otherLast) && alike(last, otherFirst))
  if (both(equal)) return 'name'
  return both(similar) ? 'similar_name' : undefined
}

function equal(words: string[], others: string[]): boolean {
  return words.some((word) => others.includes(word))
}

function similar(words: string[], others: string[]): boolean {
  const spelt = new Set(others.flatMap(spellings))
  return words.some((word) => spellings(word).some((spelling) => spelt.has(spelling)))
}
