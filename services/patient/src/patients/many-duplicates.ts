import { nameWords } from '@wardstone/service'
import type { Tenant } from '@wardstone/tenancy'
import { type Kysely, sql } from 'kysely'
import type { Database } from '../database/schema.ts'
import type { Stored } from './duplicates.ts'
import { identifierKeys } from './identifiers.ts'
import type { ReadRows } from './import-rows.ts'
import { phoneTail } from './names.ts'
import { rowIsClosedTo } from './restriction.ts'

/** A stored patient who has something in common with the newcomer of a row. */
export interface Shared extends Omit<Stored, 'same_identifiers'> {
  row: number
  same_identifiers: Stored['same_identifiers'] | null
}

const LAST = '\u{10FFFF}'

/** What many newcomers have in common with the patients of a hospital, found by one statement. */
export class ManyDuplicates {
  readonly #db: Kysely<Database>
  readonly #tenant: Tenant<Database>

  constructor(tenant: Tenant<Database>) {
    this.#db = tenant.db
    this.#tenant = tenant
  }

  /** By the B-trees of birth date, telephone and identifiers, each with the hospital; a closed record only by what a list shows. */
  async shared(newcomers: ReadRows['good']): Promise<Shared[]> {
    const { hospitalId, identity } = this.#tenant
    const closed = rowIsClosedTo(identity, 'patient')
    const { rows } = await sql<Shared>`
      with given as materialized (
        select * from json_to_recordset(${JSON.stringify(newcomers.map(givenOf))}::json)
          as given(row integer, born date, tail text, words text[])
      ), numbered as materialized (
        select * from json_to_recordset(${JSON.stringify(newcomers.flatMap(keysOf))}::json)
          as numbered(row integer, key text, type text)
      ), hit as (
        select given.row, patient.id, null::text as type
        from given
        join patient on patient.hospital_id = ${hospitalId} and patient.date_of_birth = given.born
        where exists (
          select from patient_name as name where name.hospital_id = ${hospitalId}
            and name.patient_id = patient.id and name.word = any(given.words)
        )
        union
        select given.row, patient.id, null
        from given
        join patient on patient.hospital_id = ${hospitalId}
          and patient.phone_reversed >= given.tail and patient.phone_reversed < given.tail || ${LAST}
        where not ${closed} and (patient.date_of_birth = given.born or exists (
          select from patient_name as name where name.hospital_id = ${hospitalId}
            and name.patient_id = patient.id and name.word = any(given.words)
        ))
        union
        select numbered.row, identifier.patient_id, identifier.type
        from numbered
        join patient_identifier as identifier on identifier.hospital_id = ${hospitalId}
          and identifier.key = numbered.key and identifier.type = numbered.type
      )
      select hit.row, patient.id, patient.mrn, patient.first_name, patient.last_name, patient.date_of_birth,
        patient.date_of_birth_estimated, patient.is_active,
        coalesce(bool_or(not ${closed} and patient.phone_reversed >= given.tail
          and patient.phone_reversed < given.tail || ${LAST}), false) as same_phone,
        case when ${closed} then null
          else array_remove(array_agg(distinct hit.type), null) end as same_identifiers
      from hit
      join given on given.row = hit.row
      join patient on patient.hospital_id = ${hospitalId} and patient.id = hit.id
      group by hit.row, patient.hospital_id, patient.id`.execute(this.#db)
    return rows
  }
}

function givenOf({ row, fields }: ReadRows['good'][number]) {
  return {
    row,
    born: fields.date_of_birth,
    tail: phoneTail(fields.phone) ?? null,
    words: nameWords(fields.first_name, fields.last_name),
  }
}

function keysOf({ row, fields }: ReadRows['good'][number]) {
  return identifierKeys(fields).map((each) => ({ row, ...each }))
}
