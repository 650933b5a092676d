import pg from 'pg'
import { CITY, RIVERSIDE } from '../hospitals.ts'
import { furnishTable, insertOf, type Rows, valueFor } from './rows.ts'
import type { Table } from './tables.ts'

/** What the app role says of its hospital before it asks. */
const SETTINGS: readonly (readonly [name: string, setting: string | undefined])[] = [
  ['City’s setting', CITY.id],
  ['no setting', undefined],
  ['an empty setting', ''],
  ['garbage as setting', `${CITY.id}' or true --`],
]

const FORBIDDEN = '42501'
const NO_UUID = '22P02'

/** What a statement came to: so many rows, or the code of its error. */
type Outcome = number | string

/** A statement that reaches for Riverside's rows, and how many rows it may touch at most. */
interface Intrusion {
  what: string
  sql: string
  may: 'touch City’s' | 'touch none' | 'be refused only'
}

/**
 * All that the app role can do to a table, while it says that it is City, nobody or nonsense: it
 * reaches City's rows at most.
 * @param admin a superuser's connection
 * @param app the app role's
 * @returns how often it was tried, and what should not have been possible
 */
export async function intrude(
  admin: pg.Client,
  app: pg.Client,
  tables: readonly Table[],
): Promise<{ checks: number; failures: string[] }> {
  let checks = 0
  const failures: string[] = []
  const furnished: [Table, Rows][] = []
  for (const table of tables) furnished.push([table, await furnishTable(admin, table)])
  const before = await contentsOf(admin, tables)
  for (const [table, rows] of furnished) {
    const where = `${table.service}.${table.name}`
    const citys = table.sight === 'own' ? await citysRows(admin, table) : 0
    for (const [name, setting] of SETTINGS) {
      const visible = setting === CITY.id ? citys : 0
      for (const intrusion of intrusionsInto(table, rows)) {
        checks += 1
        const outcome = await attempt(app, setting, intrusion.sql)
        if (isHarmless(outcome, intrusion, visible, setting)) continue
        failures.push(`${app.user} with ${name} can ${intrusion.what} of ${where}: ${outcome}`)
      }
    }
    const seen = await seenWithoutWall(admin, app.user ?? '', table)
    if (seen !== FORBIDDEN && Number(seen) < 2)
      failures.push(`${where} shows ${seen} rows without its wall, so that the wall proves nothing`)
  }
  if ((await contentsOf(admin, tables)) !== before)
    failures.push(`${app.user} has changed what was stored`)
  return { checks, failures }
}

/** How many rows City has: more than were put in where triggers add their own. */
async function citysRows(admin: pg.Client, { name, tenant }: Table): Promise<number> {
  if (!tenant) return 1
  const target = pg.escapeIdentifier(name)
  const { rowCount } = await admin.query(`select from ${target} where ${tenant} = $1`, [CITY.id])
  return rowCount ?? 0
}

function intrusionsInto(table: Table, { city, riverside }: Rows): Intrusion[] {
  const { name, tenant, columns } = table
  const target = pg.escapeIdentifier(name)
  const others = columns.filter((column) => column.name !== tenant)
  const column = others.find(({ updatable }) => updatable) ?? others[0]
  const change = column && `${column.name} = ${city[column.name] ?? valueFor(name, column, CITY)}`
  const theirs = `where ${tenant} = '${RIVERSIDE.id}'`
  return [
    { what: 'read rows', sql: `select from ${target}`, may: 'touch City’s' },
    { what: 'delete rows', sql: `delete from ${target}`, may: 'touch City’s' },
    { what: 'update rows', sql: `update ${target} set ${change}`, may: 'touch City’s' },
    { what: 'insert a row', sql: insertOf(table, riverside), may: 'be refused only' },
    ...(tenant
      ? ([
          { what: 'read a row', sql: `select from ${target} ${theirs}`, may: 'touch none' },
          { what: 'delete a row', sql: `delete from ${target} ${theirs}`, may: 'touch none' },
          {
            what: 'update a row',
            sql: `update ${target} set ${change} ${theirs}`,
            may: 'touch none',
          },
          {
            what: 'move rows',
            sql: `update ${target} set ${tenant} = '${RIVERSIDE.id}'`,
            may: 'touch none',
          },
        ] as const)
      : []),
  ]
}

function isHarmless(
  outcome: Outcome,
  { may }: Intrusion,
  visible: number,
  setting: string | undefined,
): boolean {
  if (outcome === FORBIDDEN) return true
  if (outcome === NO_UUID) return setting !== undefined && setting !== '' && setting !== CITY.id
  if (may === 'be refused only') return false
  return outcome === (may === 'touch none' ? 0 : visible)
}

/** Does one statement in a transaction that leaves nothing behind. */
async function attempt(
  client: pg.Client,
  setting: string | undefined,
  sql: string,
): Promise<Outcome> {
  await client.query('begin')
  try {
    if (setting !== undefined)
      await client.query(`select set_config('app.hospital_id', $1, true)`, [setting])
    return (await client.query(sql)).rowCount ?? 0
  } catch (error) {
    return String((error as { code?: string }).code)
  } finally {
    await client.query('rollback')
  }
}

/** How many rows City would see were there no row-level security: what the wall keeps from it. */
async function seenWithoutWall(admin: pg.Client, role: string, { name }: Table): Promise<Outcome> {
  const target = pg.escapeIdentifier(name)
  await admin.query('begin')
  try {
    await admin.query(`alter table ${target} disable row level security`)
    await admin.query(`set local role ${pg.escapeIdentifier(role)}`)
    return (await admin.query(`select from ${target}`)).rowCount ?? 0
  } catch (error) {
    return String((error as { code?: string }).code)
  } finally {
    await admin.query('rollback')
  }
}

async function contentsOf(admin: pg.Client, tables: readonly Table[]): Promise<string> {
  const contents: string[] = []
  for (const { name } of tables) {
    const target = pg.escapeIdentifier(name)
    const { rows } = await admin.query(
      `select string_agg(each::text, ',' order by each::text) as text from ${target} as each`,
    )
    contents.push(`${name}: ${rows[0]?.text}`)
  }
  return contents.join('\n')
}
