import pg from 'pg'
import { ANNEX_RULES, OUR_RULES, type Parameter, type Rule } from './catalogue-rules.ts'

/** Something in a database that breaks a rule of isolation. */
export interface Finding {
  rule: string
  /** What breaks it: a table, a constraint, a role. */
  subject: string
}

/**
 * A table of which a hospital sees the rows that its own rows of a tenant table point to. The app
 * role reads these columns and changes nothing.
 */
export interface SeenThrough {
  /** The tenant table. */
  through: string
  /** Its column that holds the `id` of a row. */
  key: string
  columns: readonly string[]
}

/** A service's database, and what in it is meant to be different. */
export interface Catalogue {
  service: string
  /**
   * Tables without hospital_id, each with the column that is the hospital's id instead, or the way
   * to its rows through a tenant table; null where rows belong to no hospital, which the app role
   * then cannot reach.
   */
  exceptions?: Record<string, string | null | SeenThrough>
  /** SECURITY DEFINER functions that are meant to be. */
  definers?: string[]
}

const SCHEMA = 'public'

/** Kysely's own tables have no grants and no policies: nobody but the owner reaches them. */
const MIGRATIONS = ['kysely_migration', 'kysely_migration_lock']

/**
 * Looks at a migrated database through the eyes of PostgreSQL's catalogue: every table isolated, no
 * role with more than its part. No findings is what each service's catalogue.test.ts asserts.
 * @param database a superuser's URL, or its connection
 */
export async function catalogueFindings(
  database: string | pg.Client,
  catalogue: Catalogue,
): Promise<Finding[]> {
  if (database instanceof pg.Client) return look(database, catalogue)
  const client = new pg.Client({ connectionString: database })
  await client.connect()
  try {
    return await look(client, catalogue)
  } finally {
    await client.end()
  }
}

async function look(client: pg.Client, catalogue: Catalogue): Promise<Finding[]> {
  const values = parameterValues(catalogue)
  const findings: Finding[] = []
  for (const rule of [...ANNEX_RULES, ...OUR_RULES]) {
    findings.push(...(await breaks(client, rule, values)))
  }
  return findings
}

async function breaks(
  client: pg.Client,
  rule: Rule,
  values: Record<Parameter, unknown>,
): Promise<Finding[]> {
  const { rows } = await client.query<unknown[]>({
    text: rule.query,
    values: rule.parameters.map((name) => values[name]),
    rowMode: 'array',
  })
  return rows
    .filter(([table]) => !MIGRATIONS.includes(String(table)))
    .map((row) => ({ rule: rule.name, subject: row.join(' ') }))
}

function parameterValues({
  service,
  exceptions = {},
  definers = [],
}: Catalogue): Record<Parameter, unknown> {
  const declared = Object.entries(exceptions)
  const seen = declared.map(([, how]) => (typeof how === 'object' ? how : null))
  return {
    schema: SCHEMA,
    definers,
    app: `${service}_app`,
    roles: ['app', 'relay', 'system'].map((kind) => `${service}_${kind}`),
    tables: declared.map(([table]) => table),
    tenantColumns: declared.map(([, how]) => (typeof how === 'string' ? how : null)),
    throughs: seen.map((how) => how?.through ?? null),
    throughKeys: seen.map((how) => how?.key ?? null),
    seenColumns: declared.flatMap(([table], place) =>
      (seen[place]?.columns ?? []).map((column) => `${table}.${column}`),
    ),
  }
}
