import type { Tenant } from '@wardstone/tenancy'
import { type Kysely, type SqlBool, sql } from 'kysely'
import type { Database } from '../database/schema.ts'
import { type Candidate, likelyDuplicates, type Stored } from './duplicates.ts'
import { identifierKeys } from './identifiers.ts'
import type { ReadRows } from './import-rows.ts'
import { ManyDuplicates } from './many-duplicates.ts'
import { phoneTail } from './names.ts'
import { rowIsClosedTo } from './restriction.ts'
import { type PatientFields, searchTerms } from './rules.ts'

/** More are not looked at: the first have the most words in common. */
const MOST_COMPARED = 200
const LAST = '\u{10FFFF}'

/**
 * Patients of one hospital who may be the person that is about to be registered. Every way in is an
 * equality or a range of a B-tree. Of a record that is closed to the caller only what a list shows is
 * compared: its name and date of birth.
 */
export class DuplicateRepository {
  readonly #db: Kysely<Database>
  readonly #tenant: Tenant<Database>

  constructor(tenant: Tenant<Database>) {
    this.#db = tenant.db
    this.#tenant = tenant
  }

  /** Likeliest first. */
  async likely(fields: PatientFields): Promise<Candidate[]> {
    const keys = identifierKeys(fields)
    const rows = await this.#db
      .with('alike', () => this.#similarWords(fields))
      .with('found', (db) =>
        this.#born(fields)
          .union(this.#calledOn(fields))
          .union(
            db
              .selectFrom('patient_identifier')
              .where('hospital_id', '=', this.#tenant.hospitalId)
              .where(isOneOf(keys))
              .select('patient_id as id'),
          ),
      )
      .selectFrom('found')
      .innerJoin('patient', 'patient.id', 'found.id')
      .where('patient.hospital_id', '=', this.#tenant.hospitalId)
      .select([
        ...COMPARED,
        this.#unlessClosed(sql`coalesce(${this.#hasPhone(fields)}, false)`).as('same_phone'),
        this.#sameIdentifiers(keys).as('same_identifiers'),
      ])
      .orderBy(wordsInCommon(this.#tenant.hospitalId), 'desc')
      .orderBy('patient.id')
      .limit(MOST_COMPARED)
      .execute()
    return likelyDuplicates(fields, rows.map(withArray))
  }

  /**
   * The same for many newcomers at once, by the number of their row: those of the date of birth or the
   * telephone who share a word of the name, spelt alike, and those with an identifier.
   */
  async likelyOfMany(newcomers: ReadRows['good']): Promise<Map<number, Candidate[]>> {
    const rows = await new ManyDuplicates(this.#tenant).shared(newcomers)
    const stored = Map.groupBy(rows, ({ row }) => row)
    const found = new Map<number, Candidate[]>()
    for (const { row, fields } of newcomers) {
      const candidates = likelyDuplicates(fields, (stored.get(row) ?? []).map(withArray))
      if (candidates.length > 0) found.set(row, candidates)
    }
    return found
  }

  /** The words of the hospital's dictionary that are the newcomer's, or one letter from them. */
  #similarWords(fields: PatientFields) {
    const spelt = [...new Set(searchTerms(fields).misspelt.map(({ spelling }) => spelling))]
    return this.#db
      .selectFrom('name_spelling')
      .where('hospital_id', '=', this.#tenant.hospitalId)
      .where(sql<SqlBool>`spelling = any(${spelt}::text[])`)
      .select('word')
      .distinct()
  }

  /** Those of the date of birth, or of its year where one of the two is an estimate, who share a word of the name. */
  #born({ date_of_birth, date_of_birth_estimated }: PatientFields) {
    const year = date_of_birth.slice(0, 4)
    const query = this.#patients().where(sharesWord(this.#tenant.hospitalId))
    return date_of_birth_estimated
      ? query
          .where('date_of_birth', '>=', `${year}-01-01`)
          .where('date_of_birth', '<=', `${year}-12-31`)
      : query.where('date_of_birth', 'in', [date_of_birth, `${year}-01-01`])
  }

  /** Those with the telephone who share a word of the name or the date of birth: families are not looked through. */
  #calledOn(fields: PatientFields) {
    return this.#patients()
      .where(this.#hasPhone(fields))
      .where(({ or, eb, not }) =>
        or([
          eb('date_of_birth', '=', fields.date_of_birth),
          sharesWord(this.#tenant.hospitalId),
        ]).and(not(rowIsClosedTo(this.#tenant.identity, 'patient'))),
      )
  }

  #hasPhone({ phone }: PatientFields) {
    const tail = phoneTail(phone)
    if (tail === undefined) return sql<SqlBool>`false`
    return sql<SqlBool>`(phone_reversed >= ${tail} and phone_reversed < ${`${tail}${LAST}`})`
  }

  #sameIdentifiers(keys: ReturnType<typeof identifierKeys>) {
    const same = this.#db
      .selectFrom('patient_identifier')
      .where('hospital_id', '=', this.#tenant.hospitalId)
      .where(sql<SqlBool>`patient_id = patient.id`)
      .where(isOneOf(keys))
      .select('type')
    return sql<Stored['same_identifiers'] | null>`case when ${rowIsClosedTo(
      this.#tenant.identity,
      'patient',
    )} then null else array${same} end`
  }

  #unlessClosed(condition: ReturnType<typeof sql<SqlBool>>) {
    return sql<boolean>`(${condition} and not ${rowIsClosedTo(this.#tenant.identity, 'patient')})`
  }

  #patients() {
    return this.#db
      .selectFrom('patient')
      .where('patient.hospital_id', '=', this.#tenant.hospitalId)
      .select('patient.id')
  }
}

const COMPARED = [
  'patient.id',
  'patient.mrn',
  'patient.first_name',
  'patient.last_name',
  'patient.date_of_birth',
  'patient.date_of_birth_estimated',
  'patient.is_active',
] as const

function isOneOf(keys: ReturnType<typeof identifierKeys>) {
  return sql<SqlBool>`(key, type) in (select * from unnest(${keys.map(({ key }) => key)}::text[],
    ${keys.map(({ type }) => type)}::text[]))`
}

function namesInCommon(hospitalId: string) {
  return sql`from patient_name where hospital_id = ${hospitalId} and patient_id = patient.id
    and word in (select word from alike)`
}

function sharesWord(hospitalId: string) {
  return sql<SqlBool>`exists (select ${namesInCommon(hospitalId)})`
}

function wordsInCommon(hospitalId: string) {
  return sql`(select count(*) ${namesInCommon(hospitalId)})`
}

function withArray<Row extends { same_identifiers: Stored['same_identifiers'] | null }>(row: Row) {
  return { ...row, same_identifiers: row.same_identifiers ?? [] }
}
