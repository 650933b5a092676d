import type { Page } from '@wardstone/contracts'
import { type CursorCodec, toPage } from '@wardstone/service'
import { type SelectQueryBuilder, type SqlBool, sql } from 'kysely'
import type { Ordering } from './schemas.ts'

/** How a list is sorted and where it goes on. */
export interface Window {
  column: string
  direction: 'asc' | 'desc'
  limit: number
  /** Sort key and id of the last row of the page before. */
  after: readonly [string, string] | undefined
}

/** `query` in the order of a window, each row with the key it is sorted by; one more than the limit, when there is a next page. */
export function inWindow<DB, TB extends keyof DB, O>(
  query: SelectQueryBuilder<DB, TB, O>,
  { column, direction, limit, after }: Window,
) {
  const key = sql.ref<string>(column)
  const follows = direction === 'asc' ? sql`>` : sql`<`
  const rest = after
    ? query.where(sql<SqlBool>`(${key}, id) ${follows} (${after[0]}, ${after[1]})`)
    : query
  return rest
    .select(key.as('sort_key'))
    .orderBy(key, direction)
    .orderBy(sql.ref('id'), direction)
    .limit(limit + 1)
}

const COLUMNS = { name: 'name_sort', created_at: 'created_at' } as const

/** The column and the direction of an ordering. */
export function orderOf(ordering: Ordering): Pick<Window, 'column' | 'direction'> {
  return {
    column: COLUMNS[ordering.replace('-', '') as keyof typeof COLUMNS],
    direction: ordering.startsWith('-') ? 'desc' : 'asc',
  }
}

interface Paging {
  codec: CursorCodec
  /** Hospital, route and filters. */
  scope: readonly unknown[]
  limit: number
  cursor: string | undefined
}

/** One page of what `list` finds in a window. */
export async function pageOf<Row extends { id: string }>(
  { codec, scope, limit, cursor }: Paging,
  order: Pick<Window, 'column' | 'direction'>,
  list: (window: Window) => Promise<(Row & { sort_key: string })[]>,
): Promise<Page<Row>> {
  const after = cursor === undefined ? undefined : codec.decode(scope, cursor)
  const rows = await list({ ...order, limit, after: after as Window['after'] })
  return toPage(rows, limit, { codec, scope, position: (row) => [row.sort_key, row.id] })
}
