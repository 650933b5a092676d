import { fold } from '@wardstone/service'
import type { Tenant } from '@wardstone/tenancy'
import { type Expression, type Kysely, type SqlBool, sql } from 'kysely'
import type { Database } from '../database/schema.ts'
import { readableBy, toPatient } from './columns.ts'
import { identifierKey } from './identifiers.ts'
import { spellings } from './names.ts'
import { rowIsClosedTo } from './restriction.ts'
import { MRN_PATTERN } from './rules.ts'

/** More words than this say nothing more. */
const MOST_WORDS = 5

/** Rank, sort key and id of the last row of the page before. */
export type SearchPosition = readonly [rank: number, nameSort: string, id: string]

/** What a word that is not whole costs: one misspelt more than all beginnings together. */
const BEGINNING = 1
const MISSPELT = 2 * MOST_WORDS

/** Whether misspelt words are tolerated where nobody has the word as it is, or everywhere. */
type Tolerance = 'spelt' | 'misspelt'

interface Match {
  patient_id: string
  rank: number
}

interface Window {
  is_active: boolean
  limit: number
  after: SearchPosition | undefined
}

/** Sorts behind every text that begins with the one before it. */
const LAST = '\u{10FFFF}'

/**
 * Finds patients of one hospital by one box: a medical record number; the tail of a telephone number;
 * or names, in any order, by their beginnings, misspelt by one letter too. Every condition is an
 * equality or a range of a B-tree, which row-level security lets PostgreSQL use.
 */
export class PatientSearchRepository {
  readonly #db: Kysely<Database>
  readonly #tenant: Tenant<Database>

  constructor(tenant: Tenant<Database>) {
    this.#db = tenant.db
    this.#tenant = tenant
  }

  /** Best matches first; one row more than the limit, when there is a next page. */
  async search(q: string, window: Window) {
    const rows = await this.#page(q, window, 'spelt')
    // Whoever is found only by one more misspelt word comes after all of these.
    if (rows.length > window.limit) return rows
    return this.#page(q, window, 'misspelt')
  }

  async #page(q: string, { is_active, limit, after }: Window, tolerance: Tolerance) {
    let query = this.#db
      .with('match', (db) =>
        db
          .selectFrom(this.#identified(q).unionAll(this.#matches(q.trim(), tolerance)).as('hit'))
          .select(['patient_id', sql<number>`min(rank)::integer`.as('rank')])
          .groupBy('patient_id'),
      )
      .selectFrom('match')
      .innerJoin('patient', 'patient.id', 'match.patient_id')
      .where('patient.hospital_id', '=', this.#tenant.hospitalId)
      .where('patient.is_active', '=', is_active)
    if (after) {
      query = query.where(
        sql<SqlBool>`(match.rank, patient.name_sort, patient.id) > (${after[0]}::integer, ${after[1]}, ${after[2]}::uuid)`,
      )
    }
    const rows = await query
      .select(readableBy(this.#tenant.identity, 'patient'))
      .select(['match.rank', 'patient.name_sort'])
      .orderBy('match.rank')
      .orderBy('patient.name_sort')
      .orderBy('patient.id')
      .limit(limit + 1)
      .execute()
    return rows.map((row) => toPatient(this.#tenant.identity, row))
  }

  #matches(q: string, tolerance: Tolerance): Expression<Match> {
    const mrn = MRN_PATTERN.exec(q.toUpperCase())
    if (mrn) return this.#patients().where('mrn', '=', `${mrn[1]}-${mrn[2]}`)
    const digits = q.replace('(0)', '').replace(/\D/g, '')
    if (digits && /^[\d\s()+./-]+$/.test(q)) return this.#phoneTail(digits)
    return this.#named(
      fold(q)
        .match(/[\p{L}\p{N}]+/gu)
        ?.slice(0, MOST_WORDS) ?? [],
      tolerance,
    )
  }

  #patients() {
    return this.#db
      .selectFrom('patient')
      .where('hospital_id', '=', this.#tenant.hospitalId)
      .select(['id as patient_id', sql<number>`0`.as('rank')])
  }

  /** By a number that somebody else gave, or an old one of ours; of a closed record only by the latter. */
  #identified(q: string) {
    const key = /\d/.test(q) ? identifierKey(q) : ''
    return this.#db
      .selectFrom('patient_identifier')
      .innerJoin('patient', 'patient.id', 'patient_identifier.patient_id')
      .where('patient_identifier.hospital_id', '=', this.#tenant.hospitalId)
      .where('patient.hospital_id', '=', this.#tenant.hospitalId)
      .where('key', '=', key)
      .where(({ or, eb, not }) =>
        or([eb('type', '=', 'old_mrn'), not(rowIsClosedTo(this.#tenant.identity, 'patient'))]),
      )
      .select(['patient.id as patient_id', sql<number>`0`.as('rank')])
  }

  /** Not of those whose number is closed to the caller. Without the zeros that are dialled inside a country, or out of one: a stored number may have its country's code instead. */
  #phoneTail(digits: string) {
    const tail = [...digits.replace(/^0+(?=\d{3})/, '')].reverse().join('')
    return this.#patients()
      .where('phone_reversed', '>=', tail)
      .where('phone_reversed', '<', `${tail}${LAST}`)
      .where(({ not }) => not(rowIsClosedTo(this.#tenant.identity, 'patient')))
  }

  /** Patients who have all the words; the rank is 0 where every word is whole, worse for beginnings, worst for misspelt. */
  #named([first, ...others]: string[], tolerance: Tolerance) {
    if (first === undefined) return this.#patients().where(sql<SqlBool>`false`)
    const all = others.reduce(
      (query, word) => query.where('patient_id', 'in', this.#withWord(word, tolerance)),
      this.#db
        .selectFrom(this.#withWord(first, tolerance).as('first'))
        .select('patient_id')
        .distinct(),
    )
    const ranks = [first, ...others].map((word) => this.#rankOf(word))
    return this.#db
      .selectFrom(all.as('found'))
      .select(['found.patient_id', sql<number>`(${sql.join(ranks, sql` + `)})::integer`.as('rank')])
  }

  /** Those who have a word: by its beginning, and misspelt, always or only where nobody has it. */
  #withWord(word: string, tolerance: Tolerance) {
    const spelt = this.#beginningWith(word)
    const misspelt = this.#db
      .selectFrom('name_spelling')
      .innerJoin('patient_name', 'patient_name.word', 'name_spelling.word')
      .where('name_spelling.hospital_id', '=', this.#tenant.hospitalId)
      .where('patient_name.hospital_id', '=', this.#tenant.hospitalId)
      .where(sql<SqlBool>`name_spelling.spelling = any(${spellings(word)}::text[])`)
      .select('patient_name.patient_id')
    return spelt
      .select('patient_id')
      .unionAll(
        tolerance === 'misspelt'
          ? misspelt
          : misspelt.where(({ not, exists }) =>
              not(exists(spelt.select(sql<number>`1`.as('one')).limit(1))),
            ),
      )
  }

  /** How well the best of the names of `found` is that word. */
  #rankOf(word: string) {
    return sql<number>`coalesce(${this.#beginningWith(word)
      .whereRef('patient_name.patient_id', '=', sql.ref('found.patient_id'))
      .select(
        sql<number>`min(case when word = ${word} then 0 else ${sql.lit(BEGINNING)} end)`.as('rank'),
      )}, ${sql.lit(MISSPELT)})`
  }

  #beginningWith(word: string) {
    return this.#names().where('word', '>=', word).where('word', '<', `${word}${LAST}`)
  }

  #names() {
    return this.#db.selectFrom('patient_name').where('hospital_id', '=', this.#tenant.hospitalId)
  }
}
