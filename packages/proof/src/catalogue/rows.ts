import pg from 'pg'
import { CITY, type Hospital, RIVERSIDE } from '../hospitals.ts'
import type { Column, Table } from './tables.ts'

/** A row for a table: values as SQL, by column. */
export type Row = Readonly<Record<string, string>>

/** A row of each hospital. */
export interface Rows {
  city: Row
  riverside: Row
}

const VALUES: Readonly<Record<string, (hospital: Hospital) => string>> = {
  uuid: ({ id }) => `'${id}'`,
  text: ({ slug }) => `'${slug}'`,
  bytea: ({ id }) => `'${id}'::bytea`,
  integer: () => '1',
  bigint: () => '1',
  boolean: () => 'true',
  date: () => `'1984-02-29'`,
  jsonb: () => `'{}'`,
  'timestamp with time zone': () => `'2026-01-01T00:00:00Z'`,
}

/** What a check compares with another column, by name. */
const LATER: Readonly<Record<string, string>> = { ends_at: `'2026-01-01T01:00:00Z'` }

/**
 * A row of a hospital. Every id in it is the hospital's own, so that rows of different tables point to one another.
 * @param choice which of the texts to take where a check allows a few only
 */
function rowFor({ name, columns }: Table, hospital: Hospital, choice: number): Row {
  const required = columns.filter((column) => column.required)
  return Object.fromEntries(
    required.map((column) => [column.name, valueFor(name, column, hospital, choice)]),
  )
}

/** A value for one column, as SQL. */
export function valueFor(table: string, column: Column, hospital: Hospital, choice = 0): string {
  const { choices, type } = column
  if (choices.length > 0) return `'${choices[choice % choices.length]}'`
  const value = VALUES[type]
  if (value) return LATER[column.name] ?? value(hospital)
  throw new Error(
    `${table}.${column.name} is of type ${type}. Add it to VALUES in packages/proof/src/catalogue/rows.ts.`,
  )
}

/** The statement that puts a row into a table. */
export function insertOf({ name }: Table, row: Row): string {
  const names = Object.keys(row).map(pg.escapeIdentifier)
  return `insert into ${pg.escapeIdentifier(name)} (${names.join(', ')}) values (${Object.values(row).join(', ')})`
}

const MOST_CHOICES = 5

/**
 * Puts one row of City and one of Riverside into a table.
 * @param client a superuser's connection
 */
export async function furnishTable(client: pg.Client, table: Table): Promise<Rows> {
  // Rows stand alone: what they point to is there, or does not matter.
  await client.query('set session_replication_role = replica')
  for (let choice = 0; choice < MOST_CHOICES; choice += 1) {
    const rows = { city: rowFor(table, CITY, choice), riverside: rowFor(table, RIVERSIDE, choice) }
    try {
      await client.query(`${insertOf(table, rows.city)}; ${insertOf(table, rows.riverside)}`)
      await client.query('reset session_replication_role')
      return rows
    } catch (error) {
      // 23514: the table's checks want another of the choices.
      if ((error as { code?: string }).code !== '23514') throw error
    }
  }
  throw new Error(
    `No row fits the checks of ${table.name}: teach packages/proof/src/catalogue/rows.ts.`,
  )
}
