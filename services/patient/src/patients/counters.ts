import { sql } from 'kysely'
import type { PatientFields } from './rules.ts'

/**
 * The counters that patients raise, locked in the order in which the triggers of one statement raise
 * them. Of several statements each keeps that order, and the next begins it anew.
 */
export function lockedCounters(hospitalId: string, people: readonly PatientFields[]) {
  const facts = new Map(
    people
      .flatMap(({ gender, blood_group, date_of_birth }) => [
        ['gender', gender],
        ['blood_group', blood_group ?? 'unknown'],
        ['date_of_birth', date_of_birth],
      ])
      .map((fact) => [fact.join(' '), fact] as const),
  )
  const [kinds, values] = [0, 1].map((place) => [...facts.values()].map((fact) => fact[place]))
  return sql`insert into patient_count (hospital_id, kind, value, count)
    select ${hospitalId}::uuid, kind, value, 0
    from (select * from unnest(${kinds}::text[], ${values}::text[])
      union all values ('is_active', 'true'), ('registered_on', to_char(now() at time zone 'UTC', 'YYYY-MM-DD'))
    ) as fact(kind, value)
    order by kind collate "C", value collate "C"
    on conflict (hospital_id, kind, value) do update set count = patient_count.count`
}
