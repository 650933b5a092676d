import type { ServiceName } from '@wardstone/contracts'
import { CATALOGUES } from '@wardstone/tenancy/testing'
import type pg from 'pg'

/** Whose rows of a table the app role sees. */
export type Sight = 'own' | 'none'

/** A table, as the proof of the catalogue attacks it. */
export interface Table {
  service: ServiceName
  name: string
  /** The column that holds the hospital's id; undefined where rows belong to no hospital. */
  tenant: string | undefined
  /** Made by `createTenantTable`, as all are that have no line in the catalogue. */
  isPlain: boolean
  sight: Sight
  columns: readonly Column[]
}

/** A column of a table. */
export interface Column {
  name: string
  type: string
  /** A row cannot do without a value for it. */
  required: boolean
  /** What the app role of the service may set. */
  updatable: boolean
  /** The only texts it takes, where a check says so. */
  choices: readonly string[]
}

/** Kysely's own tables: nobody but the owner reaches them. */
const MIGRATIONS = 'kysely_migration%'

/** Every table of a service's database. */
export async function tablesOf(client: pg.Client, service: ServiceName): Promise<Table[]> {
  const checks = await checksOf(client)
  const { rows } = await client.query<{ name: string; columns: Column[] }>(
    `select c.relname as name, json_agg(json_build_object(
        'name', a.attname, 'type', format_type(a.atttypid, null),
        'required', a.attnotnull and not a.atthasdef and a.attgenerated = '' and a.attidentity = '',
        'updatable', has_column_privilege($1, c.oid, a.attnum, 'update')) order by a.attnum) as columns
      from pg_class c join pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
      where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p') and c.relname not like $2
      group by c.relname order by c.relname`,
    [`${service}_app`, MIGRATIONS],
  )
  return rows.map(({ name, columns }) => {
    const how = CATALOGUES[service].exceptions?.[name]
    const isPlain = how === undefined
    const tenant = isPlain ? 'hospital_id' : typeof how === 'string' ? how : undefined
    const sight: Sight = how === null ? 'none' : 'own'
    const withChoices = columns.map((column) => ({
      ...column,
      choices: checks.get(`${name}.${column.name}`) ?? [],
    }))
    return { service, name, tenant, isPlain, sight, columns: withChoices }
  })
}

/** The texts that `column in (…)` allows, by table and column. */
async function checksOf(client: pg.Client): Promise<Map<string, string[]>> {
  const { rows } = await client.query<{ name: string; column: string; definition: string }>(
    `select conrelid::regclass::text as name, attname as column, pg_get_constraintdef(c.oid) as definition
      from pg_constraint c join pg_attribute a on a.attrelid = c.conrelid and a.attnum = c.conkey[1]
      where contype = 'c' and cardinality(conkey) = 1`,
  )
  const literals = (text: string) =>
    [...text.matchAll(/'([^']*)'::text/g)].map(([, word]) => word ?? '')
  return new Map(
    rows.map(({ name, column, definition }) => [`${name}.${column}`, literals(definition)]),
  )
}
