import type { Stage } from './stage.ts'

/** Things that people of each hospital may ask for, by the hospital's id. */
export interface Sample {
  ids: ReadonlyMap<string, readonly string[]>
  /** Beginnings of last names. */
  names: ReadonlyMap<string, readonly string[]>
}

const OF_EACH = 40

/** A few patients of each hospital, picked the same way each time. */
export async function sampleOf(stage: Stage): Promise<Sample> {
  const rows = await stage.sql<{ hospital_id: string; ids: string[]; names: string[] }>(
    'patient',
    `select hospital.id as hospital_id, picked.*
     from unnest($1::uuid[]) as hospital(id), lateral (
       select array_agg(id::text) as ids, array_agg(left(last_name, 4)) as names
       from (select id, last_name from patient
             where hospital_id = hospital.id and is_active and not is_restricted
               and last_name ~ '^[A-Za-z]{4}'
             order by created_at, id limit $2) as patient
     ) as picked`,
    [stage.hospitals.map(({ id }) => id), OF_EACH],
  )
  const by = (list: 'ids' | 'names') => new Map(rows.map((row) => [row.hospital_id, row[list]]))
  return { ids: by('ids'), names: by('names') }
}
