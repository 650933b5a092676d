import type { World } from '@wardstone/cluster/testing'
import type { ServiceName } from '@wardstone/contracts'
import { RIVERSIDE } from '../../hospitals.ts'

interface Tables {
  table: string
  of_hospital: boolean
}

/** Every table of every database, with all that Riverside has in it: nothing of that may change. */
export async function foreignRows(world: World): Promise<Map<string, string>> {
  const found = new Map<string, string>()
  for (const service of Object.keys(world.services) as ServiceName[]) {
    for (const { table, of_hospital } of await tablesOf(world, service)) {
      const rows = of_hospital
        ? await world.sql<{ row: string }>(
            service,
            `select it::text as row from ${table} it where hospital_id = $1 order by 1`,
            [RIVERSIDE.id],
          )
        : []
      found.set(`${service}.${table}`, rows.map(({ row }) => row).join('\n'))
    }
  }
  return found
}

function tablesOf(world: World, service: ServiceName): Promise<Tables[]> {
  return world.sql<Tables>(
    service,
    `select c.oid::regclass::text as table, exists (
        select from pg_attribute a where a.attrelid = c.oid and a.attname = 'hospital_id'
      ) as of_hospital
      from pg_class c where c.relkind in ('r', 'p') and c.relnamespace = 'public'::regnamespace
      order by 1`,
  )
}

/** Names of what is in one and not the same in the other. */
export function changedRows(before: Map<string, string>, after: Map<string, string>): string[] {
  const names = new Set([...before.keys(), ...after.keys()])
  return [...names].filter((name) => before.get(name) !== after.get(name))
}
