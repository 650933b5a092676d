import type { Tenant } from '@wardstone/tenancy'
import { type Kysely, type SqlBool, sql } from 'kysely'
import { folded } from '../accounts/names.ts'
import type { Database } from '../database/schema.ts'
import type { Member, MemberListQuery } from './schemas.ts'

export type MemberFilter = Pick<MemberListQuery, 'status' | 'role' | 'search'>

/** How a list is sorted and where it goes on. */
export interface Window {
  column: 'membership.created_at' | 'account.username_folded'
  direction: 'asc' | 'desc'
  limit: number
  /** Sort key and id of the last row of the page before. */
  after: readonly [string, string] | undefined
}

const COLUMNS = [
  'account.id',
  'account.username',
  'account.email',
  'account.first_name',
  'account.last_name',
  'account.phone',
  'membership.role',
  'membership.status',
  'membership.hospital_id',
  'membership.created_at',
  'membership.updated_at',
  'membership.version',
] as const

/** The members of one hospital, each with the person's names. */
export class UserRepository {
  readonly #db: Kysely<Database>
  readonly #hospitalId: string

  constructor(tenant: Tenant<Database>, db = tenant.db) {
    this.#db = db
    this.#hospitalId = tenant.hospitalId
  }

  find(id: string): Promise<Member | undefined> {
    return this.#select().where('membership.account_id', '=', id).select(COLUMNS).executeTakeFirst()
  }

  /** One row more than the limit, when there is a next page; each with the key it was sorted by. */
  list(filter: MemberFilter, window: Window): Promise<(Member & { sort_key: string })[]> {
    const { column, direction, limit, after } = window
    const follows = direction === 'asc' ? sql`>` : sql`<`
    let query = this.#filtered(filter)
    if (after) {
      query = query.where(
        sql<SqlBool>`(${sql.ref(column)}, membership.account_id) ${follows} (${after[0]}, ${after[1]})`,
      )
    }
    return query
      .select([...COLUMNS, `${column} as sort_key`])
      .orderBy(column, direction)
      .orderBy('membership.account_id', direction)
      .limit(limit + 1)
      .execute()
  }

  async count(filter: MemberFilter): Promise<number> {
    const { total } = await this.#filtered(filter)
      .select(sql<number>`count(*)::integer`.as('total'))
      .executeTakeFirstOrThrow()
    return total
  }

  #select() {
    return this.#db
      .selectFrom('membership')
      .innerJoin('account', 'account.id', 'membership.account_id')
      .where('membership.hospital_id', '=', this.#hospitalId)
  }

  #filtered({ status, role, search }: MemberFilter) {
    let query = this.#select()
    if (status) query = query.where('membership.status', '=', status)
    if (role) query = query.where('membership.role', '=', role)
    if (search === undefined) return query
    const words = patternsOf(search)
    return query.where(sql<SqlBool>`concat_ws(' ', account.first_name, account.last_name,
      account.username_folded, account.email_folded) ilike all (${words}::text[])`)
  }
}

/** A pattern for each word, of which everything stands for itself. */
function patternsOf(search: string): string[] {
  const words = folded(search).trim().split(/\s+/)
  return words.map((word) => `%${word.replace(/[\\%_]/g, '\\$&')}%`)
}
