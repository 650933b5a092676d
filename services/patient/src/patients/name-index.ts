import { type RawBuilder, sql } from 'kysely'
import { identifierKeys } from './identifiers.ts'
import { type PatientFields, searchTerms } from './rules.ts'

type Cte = RawBuilder<Record<never, never>>

/** A patient and what is looked for to find them. */
export interface Indexed {
  id: string
  fields: Pick<
    PatientFields,
    'first_name' | 'last_name' | 'middle_name' | 'national_id' | 'identifiers'
  >
}

/** A word with one of its spellings. */
interface Term {
  spelling: string
  word: string
}

/** Bodies of CTEs that keep what patients are found by; each acts only if the CTE `change` returned a row. */
export const nameIndex = {
  /** Adds the words of the names of `people`. */
  add(hospitalId: string, people: readonly Indexed[]): Cte {
    const rows = people.flatMap(({ id, fields }) =>
      searchTerms(fields).words.map((word) => ({ id, word })),
    )
    return sql`(insert into patient_name (hospital_id, word, patient_id)
      select ${hospitalId}::uuid, word, id
      from unnest(${rows.map(({ word }) => word)}::text[], ${rows.map(({ id }) => id)}::uuid[]) as term(word, id)
      where exists (select from change)
      on conflict do nothing)`
  },

  /**
   * Adds the spellings of those words that the hospital's dictionary does not have yet, in their
   * order: two statements at once that add the same ones never wait for each other in a circle.
   */
  spell(hospitalId: string, people: readonly Indexed[]): Cte {
    return sql`(${this.addTerms(hospitalId, this.termsOf(people), sql`exists (select from change)`)})`
  },

  /** The statement within: it adds `terms`, in their order. */
  addTerms(hospitalId: string, terms: readonly Term[], condition = sql`true`): Cte {
    return sql`insert into name_spelling (hospital_id, spelling, word)
      select ${hospitalId}::uuid, spelling, word
      from unnest(${terms.map(({ spelling }) => spelling)}::text[], ${terms.map(({ word }) => word)}::text[])
        as term(spelling, word)
      where ${condition}
      order by spelling collate "C", word collate "C"
      on conflict do nothing`
  },

  /** The words of the names of `people` with their spellings, each once, in order. */
  termsOf(people: readonly Indexed[]): Term[] {
    const terms = new Map<string, Term>()
    for (const { fields } of people)
      for (const term of searchTerms(fields).misspelt)
        terms.set(`${term.spelling} ${term.word}`, term)
    const key = ({ spelling, word }: Term) => Buffer.from(`${spelling}\0${word}`)
    return [...terms.values()]
      .map((term) => ({ term, order: key(term) }))
      .sort((one, other) => Buffer.compare(one.order, other.order))
      .map(({ term }) => term)
  },

  /** Adds the identifiers of `people`. */
  identify(hospitalId: string, people: readonly Indexed[]): Cte {
    const rows = people.flatMap(({ id, fields }) =>
      identifierKeys(fields).map((each) => ({ id, ...each })),
    )
    return sql`(insert into patient_identifier (hospital_id, key, type, patient_id)
      select ${hospitalId}::uuid, key, type, id
      from unnest(${rows.map(({ key }) => key)}::text[], ${rows.map(({ type }) => type)}::text[], ${rows.map(({ id }) => id)}::uuid[])
        as term(key, type, id)
      where exists (select from change)
      on conflict do nothing)`
  },

  /** Removes the words that are not of the patient's names. */
  remove(hospitalId: string, { id, fields }: Indexed): Cte {
    return sql`(delete from patient_name using change
      where hospital_id = ${hospitalId} and patient_id = ${id}
        and word <> all(${searchTerms(fields).words}::text[]))`
  },

  /** Removes the identifiers that are not the patient's. */
  forget(hospitalId: string, { id, fields }: Indexed): Cte {
    const keys = identifierKeys(fields)
    return sql`(delete from patient_identifier using change
      where hospital_id = ${hospitalId} and patient_id = ${id}
        and (key, type) not in (select * from unnest(${keys.map(({ key }) => key)}::text[], ${keys.map(({ type }) => type)}::text[])))`
  },
}
