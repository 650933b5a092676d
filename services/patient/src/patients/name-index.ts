import { type RawBuilder, sql } from 'kysely'
import { type PatientFields, searchTerms } from './rules.ts'

type Names = Pick<PatientFields, 'first_name' | 'last_name' | 'middle_name'>
type Cte = RawBuilder<Record<never, never>>

/** Bodies of CTEs that keep the words a patient is found by; each acts only if the CTE `change` returned a row. */
export const nameIndex = {
  /** Adds the words of `names`. */
  add(hospitalId: string, patientId: string, names: Names): Cte {
    return sql`(insert into patient_name (hospital_id, word, patient_id)
      select ${hospitalId}::uuid, word, ${patientId}::uuid from change, unnest(${searchTerms(names).words}::text[]) as word
      on conflict do nothing)`
  },

  /** Adds the spellings of the words of `names` that the hospital's dictionary does not have yet. */
  spell(hospitalId: string, names: Names): Cte {
    const { misspelt } = searchTerms(names)
    return sql`(insert into name_spelling (hospital_id, spelling, word)
      select ${hospitalId}::uuid, spelling, word
      from change, unnest(${misspelt.map((term) => term.spelling)}::text[], ${misspelt.map((term) => term.word)}::text[])
        as term(spelling, word)
      on conflict do nothing)`
  },

  /** Removes the words that are not of `names`. */
  remove(hospitalId: string, patientId: string, names: Names): Cte {
    return sql`(delete from patient_name using change
      where hospital_id = ${hospitalId} and patient_id = ${patientId}
        and word <> all(${searchTerms(names).words}::text[]))`
  },
}
